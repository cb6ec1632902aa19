import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeTorrent } from "../../../src/swarm/make-torrent.ts";
import { withAnnounce } from "../../../src/swarm/torrent-file.ts";
import { readMetainfo } from "./metainfo.ts";
import { makePayload } from "./payload.ts";

test("a machine's torrent is read by those who disturb the swarm", async (t) => {
	const store = await mkdtemp(join(tmpdir(), "fleetseed-metainfo-"));
	t.after(() => rm(store, { recursive: true }));
	await mkdir(join(store, "packages"));
	const { sha256, file } = await makePayload(join(store, "draft"), 1_000_000);
	await rename(file, join(store, "packages", sha256));
	const { torrent, infoHash } = await makeTorrent(store, sha256);
	const announce = "http://10.0.0.1:7001/announce?token=abc";
	const read = readMetainfo(Buffer.from(withAnnounce(torrent, announce)));
	assert.equal(read.announce, announce);
	assert.equal(read.infoHash, infoHash);
	assert.equal(read.sizeBytes, 1_000_000);
	assert.equal(read.pieceCount, Math.ceil(1_000_000 / read.pieceBytes));
});
