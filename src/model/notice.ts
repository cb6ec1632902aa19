export const NOTICE_KINDS = [
	"rollout_started",
	"rollout_succeeded",
	"failed",
	"paused",
	"run_missed",
	"machine_discovered",
	"host_key_changed",
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something that a person wants to hear of without looking. Keys as they go over the wire. */
export interface Notice {
	/** Of the same happening always the same: whoever hears it twice can tell. */
	readonly id: string;
	readonly kind: NoticeKind | "test";
	/** ISO 8601 in UTC. */
	readonly at: string;
	readonly policy: string | null;
	readonly rollout: string | null;
	readonly machine: string | null;
	/** One line. */
	readonly summary: string;
}

/** What is sent at once. */
export interface NoticeMessage {
	readonly id: string;
	/** The host name of the controller. */
	readonly controller: string;
	/** Notices lost since the last message, since too many were waiting. */
	readonly dropped: number;
	readonly notices: readonly Notice[];
}
