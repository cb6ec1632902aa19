import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import createTorrent from "create-torrent";
import { makeTorrent, torrentPath } from "../../src/swarm/make-torrent.ts";
import { infoHashOf, pieceBytesFor, withAnnounce } from "../../src/swarm/torrent-file.ts";
import { digest } from "./workbench.ts";

async function openStore(content: Buffer) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-torrent-"));
	const sha256 = digest(content);
	await mkdir(join(folder, "packages"));
	await writeFile(join(folder, "packages", sha256), content);
	return { folder, sha256, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test("the same package gives the same private torrent in every store, and no tracker but ours", async () => {
	const content = randomBytes(1_000_000);
	await using one = await openStore(content);
	await using other = await openStore(content);
	const made = await makeTorrent(one.folder, one.sha256);
	const again = await makeTorrent(other.folder, other.sha256);
	assert.deepEqual(made.torrent, again.torrent);
	const text = Buffer.from(made.torrent).toString("latin1");
	assert.match(text, /7:privatei1e/);
	assert.match(text, new RegExp(`4:name64:${one.sha256}`));
	assert.doesNotMatch(text, /announce/);
});

for (const [what, sizeBytes] of [
	["one short piece", 1000],
	["whole pieces", 3 * 64 * 1024],
	["whole pieces and a short one", 1_000_000],
] as const)
	test(`the info dictionary is the one that create-torrent makes: ${what}`, async () => {
		await using store = await openStore(randomBytes(sizeBytes));
		const { infoHash } = await makeTorrent(store.folder, store.sha256);
		assert.equal(infoHash, infoHashOf(await byLibrary(join(store.folder, "packages", store.sha256), sizeBytes)));
	});

function byLibrary(file: string, sizeBytes: number): Promise<Uint8Array> {
	const options = { name: basename(file), private: true, pieceLength: pieceBytesFor(sizeBytes), announceList: [] };
	return new Promise((resolve, reject) => {
		createTorrent(file, options, (error, torrent) => (error ? reject(error) : resolve(torrent)));
	});
}

test("machines with different tokens take part in one swarm", async () => {
	await using store = await openStore(randomBytes(1000));
	const { torrent, infoHash } = await makeTorrent(store.folder, store.sha256);
	for (const token of ["a", "longer-token"]) {
		const theirs = withAnnounce(torrent, `http://10.0.0.1:6969/announce?token=${token}`);
		assert.equal(infoHashOf(theirs), infoHash);
		assert.match(
			Buffer.from(theirs).toString("latin1"),
			new RegExp(`^d8:announce\\d+:http://.*token=${token}10:created by`),
		);
	}
});

test("a torrent is made once, and again only for a package newer than it", async () => {
	await using store = await openStore(randomBytes(1000));
	const path = torrentPath(store.folder, store.sha256);
	await makeTorrent(store.folder, store.sha256);
	const { mtimeMs } = await stat(path);
	await makeTorrent(store.folder, store.sha256);
	assert.equal((await stat(path)).mtimeMs, mtimeMs);
	const later = new Date(Date.now() + 5000);
	await utimes(join(store.folder, "packages", store.sha256), later, later);
	await makeTorrent(store.folder, store.sha256);
	assert.notEqual((await stat(path)).mtimeMs, mtimeMs);
});

test("a package that is not in the store has no torrent", async () => {
	await using store = await openStore(randomBytes(10));
	await assert.rejects(makeTorrent(store.folder, "0".repeat(64)), /ENOENT/);
	await assert.rejects(makeTorrent(store.folder, "../packages/x"), /not a SHA-256/);
});

test("a package has at most 1,024 pieces of 64 KiB to 4 MiB, and more only beyond 4 GiB", () => {
	const mib = 2 ** 20;
	assert.equal(pieceBytesFor(0), 64 * 1024);
	assert.equal(pieceBytesFor(64 * mib), 64 * 1024);
	assert.equal(pieceBytesFor(64 * mib + 1), 128 * 1024);
	assert.equal(pieceBytesFor(1024 * mib), mib);
	assert.equal(pieceBytesFor(50 * 1024 * mib), 4 * mib);
});
