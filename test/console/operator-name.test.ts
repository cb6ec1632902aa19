import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { operatorName } from "../../src/console/commands/context.ts";

test("who asked is the person behind sudo, else the account", () => {
	assert.equal(operatorName({ SUDO_USER: "eve" }), "eve");
	assert.equal(operatorName({}), userInfo().username);
});

test("an account without a passwd entry has its number for a name", () => {
	const unnamed = () => {
		throw Object.assign(new Error("uv_os_get_passwd returned ENOENT"), { code: "ERR_SYSTEM_ERROR" });
	};
	assert.equal(operatorName({}, unnamed), `uid ${process.getuid?.()}`);
});
