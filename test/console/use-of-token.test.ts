import assert from "node:assert/strict";
import { test } from "node:test";
import { useOfToken } from "../../src/console/use-of-token.ts";

test("who made a token is told where it is used, and the way there from another computer", () => {
	assert.deepEqual(useOfToken("http://127.0.0.1:8443", "mill-01").split("\n"), [
		"Keep it: it is shown this once.",
		"The dashboard: http://127.0.0.1:8443, log in with it; from another computer after: ssh -L 8443:127.0.0.1:8443 mill-01",
		'Programs:      curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8443/api/v1/status',
	]);
	assert.match(useOfToken("http://[::1]:8443", "mill-01"), / ssh -L 8443:\[::1\]:8443 mill-01\n/);
	assert.match(
		useOfToken("https://fleet.example.org:443", "mill-01"),
		/: https:\/\/fleet\.example\.org:443, log in with it\n/,
	);
});
