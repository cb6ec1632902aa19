import assert from "node:assert/strict";
import { test } from "node:test";
import { callBatch } from "../../../src/agent/windows/batch.ts";
import { parseReg } from "../../../src/agent/windows/parse-reg.ts";
import { quoteArguments } from "../../../src/agent/windows/quote.ts";
import { taskXml } from "../../../src/agent/windows/task-xml.ts";
import { PAYLOADS } from "../../push/windows/payloads.ts";

/** CommandLineToArgvW by its documentation: 2n backslashes and a quote are n and a toggle, 2n+1 are n and a quote. */
function argvOf(line: string): readonly string[] {
	const words: string[] = [];
	let [word, isQuoted, isWord] = ["", false, false];
	for (let at = 0; at < line.length; at++) {
		const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
		const isBeforeQuote = line[at + slashes] === '"';
		if (slashes > 0) {
			word += "\\".repeat(isBeforeQuote ? Math.floor(slashes / 2) : slashes);
			[isWord, at] = [true, at + slashes - 1];
			if (isBeforeQuote && slashes % 2 === 1) [word, at] = [`${word}"`, at + 1];
		} else if (line[at] === '"') [isQuoted, isWord] = [!isQuoted, true];
		else if (/[ \t]/.test(line[at] ?? "") && !isQuoted) {
			if (isWord) words.push(word);
			[word, isWord] = ["", false];
		} else [word, isWord] = [word + line[at], true];
	}
	return isWord ? [...words, word] : words;
}

test("arguments come apart again as CommandLineToArgvW reads them", () => {
	assert.deepEqual(argvOf(quoteArguments(PAYLOADS, "argv")), PAYLOADS);
});

test("what msiexec, NSIS and InstallShield read themselves is quoted as each of them wants it", () => {
	const msi = ["/i", "C:\\a b\\c.msi", "SITE=a b", 'NAME=a "b"', "PLAIN=1", "EMPTY="];
	assert.equal(quoteArguments(msi, "msi"), '/i "C:\\a b\\c.msi" SITE="a b" NAME="a ""b""" PLAIN=1 EMPTY=""');
	assert.equal(quoteArguments(["/S", "a b", "/D=C:\\a b"], "nsis"), '/S "a b" /D=C:\\a b');
	assert.equal(quoteArguments(["/s", '/v/qn A="b"'], "installshield"), '/s /v"/qn A=\\"b\\""');
});

test("a batch file's arguments are in quotes, with every percent sign and quote doubled", () => {
	const [, , , line] = callBatch("C:\\a.cmd", ["%PATH%", 'a"&b', "c\\"]).split("\r\n");
	assert.equal(line, '"C:\\a.cmd" "%%PATH%%" "a""&b" "c\\\\"');
	assert.throws(() => callBatch("C:\\a.cmd", ["a\nb"]), RangeError);
});

test("an export of the registry is read whatever is in it", () => {
	const text = [
		"Windows Registry Editor Version 5.00",
		"",
		"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Példa]",
		'@="the default"',
		'"A \\"b\\" = c"="C:\\\\x\\\\"',
		'"Number"=dword:0000000a',
		'"Long"=hex(b):01,00,00,00,00,00,00,00',
		'"Expand"=hex(2):25,00,41,00,\\',
		"  25,00,00,00",
		'"Many"=hex(7):61,00,00,00,62,00,00,00,00,00',
		'"Bytes"=hex:0a,ff',
		"",
		"[HKEY_LOCAL_MACHINE\\SOFTWARE\\Példa\\Sub]",
		'"Number"="other"',
	].join("\r\n");
	const values = parseReg(text).get("hkey_local_machine\\software\\példa");
	assert.deepEqual(Object.fromEntries(values ?? []), {
		"": "the default",
		'a "b" = c': "C:\\x\\",
		number: "10",
		long: "1",
		expand: "%A%",
		many: "a\nb",
		bytes: "0aff",
	});
});

test("a task runs as the system by its SID, on batteries too and for as long as it takes", () => {
	const xml = taskXml("C:\\Users\\A & B\\x.exe", 'C:\\<a> "b"');
	for (const part of [
		"<UserId>S-1-5-18</UserId>",
		"<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
		"<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
		"<Command>C:\\Users\\A &#38; B\\x.exe</Command>",
		'<Arguments>job "C:\\&#60;a&#62; &#34;b&#34;"</Arguments>',
	])
		assert.ok(xml.includes(part), part);
});
