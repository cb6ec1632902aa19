import { Transform, type TransformCallback } from "node:stream";
import { TokenBucket } from "../model/token-bucket.ts";

/** A limit that is lifted or changed is heard of within this time. */
const ASK_AGAIN_MS = 250;

/** Null: no limit. */
export type Rate = () => number | null;

/** One limit in bytes per second for all that passes the streams it makes, asked for anew at every chunk. */
export class Pace {
	readonly #rate: Rate;
	readonly #bucket = new TokenBucket();

	constructor(rate: Rate) {
		this.#rate = rate;
	}

	stream(): Transform {
		let timer: NodeJS.Timeout | undefined;
		const pass = (chunk: Buffer, done: TransformCallback) => {
			this.#bucket.limit(this.#rate());
			const waitMs = this.#bucket.take(chunk.length, performance.now());
			if (waitMs === 0) done(null, chunk);
			else timer = setTimeout(pass, Math.min(waitMs, ASK_AGAIN_MS), chunk, done);
		};
		return new Transform({
			transform: (chunk: Buffer, _encoding, done) => pass(chunk, done),
			destroy: (error, done) => {
				clearTimeout(timer);
				done(error);
			},
		});
	}
}
