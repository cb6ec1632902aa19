import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { withEntry, withoutEntry } from "../../src/plan/copy.ts";
import { SharedMap } from "../../src/plan/shared-map.ts";

interface Change {
	/** Which of the versions so far it is made to, counted from the newest. */
	readonly back: number;
	readonly key: string;
	/** null: the key is removed. */
	readonly value: number | null;
}

const keys = fc.integer({ min: 0, max: 60 }).map((each) => `m${each}`);
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
	fc.record({
		back: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
		key: keys,
		value: fc.option(fc.nat(5), { freq: 2 }),
	}),
	{ maxLength: 400, size: "max" },
);

interface Version {
	readonly shared: ReadonlyMap<string, number>;
	readonly native: ReadonlyMap<string, number>;
}

/** Every version that the changes lead to, beside what native maps make of the same changes. */
function versionsOf(made: readonly Change[]): readonly Version[] {
	const versions: Version[] = [{ shared: new Map(), native: new Map() }];
	for (const { back, key, value } of made) {
		const from = versions[Math.max(0, versions.length - 1 - back)] ?? assert.fail("no version");
		const native = new Map(from.native);
		if (value === null) native.delete(key);
		else native.set(key, value);
		const shared = value === null ? withoutEntry(from.shared, key) : withEntry(from.shared, key, value);
		versions.push({ shared, native });
	}
	return versions;
}

test("a shared map and every earlier version of it keep what a native map would, in the same order", () => {
	let large = 0;
	fc.assert(
		fc.property(changes, (made) => {
			for (const { shared, native } of versionsOf(made)) {
				assert.deepEqual([...shared], [...native]);
				assert.deepEqual([...shared.keys(), ...shared.values()], [...native.keys(), ...native.values()]);
				assert.equal(shared.size, native.size);
				for (let each = 0; each <= 61; each += 1) {
					assert.equal(shared.get(`m${each}`), native.get(`m${each}`));
					assert.equal(shared.has(`m${each}`), native.has(`m${each}`));
				}
				if (shared instanceof SharedMap) large += 1;
			}
		}),
		{ numRuns: 100 },
	);
	assert.ok(large > 1000, `${large} versions were large`);
});

test("what a shared map calls unchanged since an earlier version is unchanged", () => {
	let told = 0;
	fc.assert(
		fc.property(changes, fc.nat(50), (made, distance) => {
			const versions = versionsOf(made);
			for (const [index, { shared: later }] of versions.entries()) {
				const earlier = versions[Math.max(0, index - distance)]?.shared;
				if (!(later instanceof SharedMap) || !(earlier instanceof SharedMap)) continue;
				const changed = later.changesSince(earlier);
				if (changed === null) continue;
				told += 1;
				for (const key of new Set([...earlier.keys(), ...later.keys()]))
					assert.ok(changed.includes(key) || earlier.get(key) === later.get(key), key);
			}
		}),
		{ numRuns: 100 },
	);
	assert.ok(told > 1000, `${told} comparisons were short`);
});

test("the changes of the newest version are told, and a map of another line says that any may differ", () => {
	const names = Array.from({ length: 20 }, (_, index) => [`m${index}`, index] as const);
	const first = SharedMap.of(names);
	const second = first.with("m3", 7).without("m4");
	assert.deepEqual(second.changesSince(first), ["m3", "m4"]);
	assert.deepEqual(second.changesSince(second), []);
	assert.equal(first.changesSince(second), null, "the other way round");
	assert.equal(second.changesSince(SharedMap.of(names)), null);
	assert.equal(second.with("m3", 7), second, "the same value");
});
