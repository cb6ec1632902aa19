import { join } from "node:path";
import type { Logger } from "pino";
import { DownloadLimit } from "../acquire/download-limit.ts";
import { Store } from "../acquire/store.ts";
import { AuditDesk } from "../console/audit/audit-desk.ts";
import { counted } from "../console/counted.ts";
import { Metrics } from "../console/metrics/metrics.ts";
import { Browser } from "../discover/browser.ts";
import type { Event } from "../model/event.ts";
import type { HostKey, Machine } from "../model/machine.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { Decision } from "../plan/decide.ts";
import { describeProblem, type Problem } from "../policy/document.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { Pusher } from "../push/pusher.ts";
import type { Scanned } from "../push/task.ts";
import { Journal } from "../record/journal.ts";
import { Pace } from "../swarm/pace.ts";
import { Swarm } from "../swarm/swarm.ts";
import { AdminFiles, type Changed } from "./admin-files.ts";
import { Admission } from "./admission.ts";
import { approvalsInAdvance } from "./approve-in-advance.ts";
import type { readSettings } from "./configuration.ts";
import { FirstUse } from "./first-use.ts";
import { HELPER_FOLDER, HelperFiles } from "./helper-files.ts";
import { withGroups } from "./inventory-events.ts";
import type { Known } from "./known.ts";
import { Ledger } from "./ledger.ts";
import { Loop } from "./loop.ts";
import { notifierFor } from "./notifier-for.ts";
import { perform } from "./perform.ts";
import type { Performers } from "./performers.ts";
import { PieceWatch } from "./piece-watch.ts";
import { Progress } from "./progress.ts";
import { scanHostKey } from "./scan-host-key.ts";
import { changedSinceKept, keepSettings } from "./settings-kept.ts";
import { shareHeld } from "./share-held.ts";
import { SwarmHistory } from "./swarm-history.ts";
import { tidyStore } from "./tidy-store.ts";
import { readSecret } from "./token.ts";
import { TrafficControl } from "./traffic-control.ts";
import { UplinkMeter } from "./uplink-meter.ts";

export interface DaemonOptions {
	readonly settings: Settings;
	/** Reads them again, for a reload. */
	readonly readSettings: () => ReturnType<typeof readSettings>;
	readonly log: Logger;
	readonly now: () => number;
	/** Told after each decision what the daemon waits for. */
	readonly onStatus: (sentence: string) => void;
	/** Reads again what is read beside the daemon's own files; answers what is wrong with it. */
	readonly onReload: () => Promise<readonly Problem[]>;
}

/** How long steps in flight may go on after a stop was asked for; jobs on the machines go on without us. */
const DRAIN_MS = 20_000;
/** Between two parts of a long look-up, for all else. */
const LOOK_AGAIN_MS = 50;

/** The whole daemon: every room started, wired to the loop, and stopped in the other order. */
export class Daemon {
	readonly ledger: Ledger;
	readonly journal: Journal;
	readonly audit: AuditDesk;
	readonly metrics: Metrics;
	readonly notifier: Notifier;
	readonly pusher: Pusher;
	readonly loop: Loop;
	readonly progress = new Progress();
	readonly history = new SwarmHistory();
	readonly traffic: TrafficControl;
	readonly pieces: PieceWatch;
	problems: readonly Problem[] = [];
	readonly #options: DaemonOptions;
	readonly #store: Store;
	readonly #swarm: Swarm;
	readonly #browser: Browser;
	readonly #admission: Admission;
	readonly #uplink: UplinkMeter;
	/** Who is vouched for is being looked up, part by part. */
	#looking: NodeJS.Timeout | null = null;
	readonly #firstUse: FirstUse;
	readonly #files: AdminFiles;
	readonly #performers: Performers;

	/** The state folder must exist. */
	constructor(options: DaemonOptions) {
		const { settings, log, now } = options;
		this.#options = options;
		this.#files = new AdminFiles(options);
		const live = () => this.#files.settings;
		this.journal = new Journal(join(settings.stateFolder, "journal.sqlite"));
		this.audit = new AuditDesk(this.journal);
		this.ledger = new Ledger(this.journal, {
			onWritten: (events, tookMs) => {
				this.metrics.wrote(events, tookMs);
				void this.journal.onDisk().then(() => this.audit.wrote());
			},
			onChanged: (changes) => this.notifier.changed(changes),
			onProblem: (detail) => log.warn({ detail }, "snapshot"),
			onKept: (kept) => log.info(kept, "snapshot kept"),
		});
		this.metrics = new Metrics({
			fleet: () => this.ledger.fleet,
			now,
			journal: this.journal,
			openSshSessions: () => this.pusher.openSessions,
			readUplink: () => this.readUplink(),
			noticesWaiting: () => this.notifier.waiting(),
		});
		this.notifier = notifierFor({ settings: live, stateFolder: settings.stateFolder, metrics: this.metrics, log, now });
		const secret = readSecret(join(settings.stateFolder, "tracker.secret"));
		this.#admission = new Admission(secret);
		this.#store = new Store({ folder: settings.stateFolder, maxPackageBytes: settings.maxPackageBytes });
		const helpers = new HelperFiles(settings.swarm.helperFolder ?? HELPER_FOLDER);
		const uplink = new Pace(() => this.traffic.uploadLimit);
		this.pusher = new Pusher({
			sessions: settings.limits.sessions,
			seedSeconds: settings.swarm.seedTimeMs / 1000,
			helpers: (platform) => helpers.helperFor(platform, [uplink]),
		});
		const { address, trackerPort, peerPort } = settings.swarm;
		this.#swarm = new Swarm({
			storeFolder: settings.stateFolder,
			...(address === undefined ? {} : { host: address }),
			trackerPort,
			peerPort,
			onProgress: (seen) => this.progress.sawPeer(seen),
			onSent: (sent) => {
				this.#uplink.add(sent);
				this.history.sent(sent);
			},
			onRestart: (detail) => {
				log.warn({ detail }, "swarm process restarts");
				options.onStatus(`the swarm process is started again: ${detail}`);
			},
		});
		this.pieces = new PieceWatch({ ask: () => this.#swarm.pieces(), clock: () => performance.now() });
		this.#uplink = new UplinkMeter(this.#swarm, this.journal, () => this.history.saw(this.progress.takeNews(), now()));
		const downloadLimit = new DownloadLimit();
		this.traffic = new TrafficControl({
			swarm: this.#swarm,
			downloadLimit,
			get bandwidth() {
				return live().swarm.bandwidth;
			},
			onWindow: () => this.loop.wake(),
		});
		this.#browser = new Browser({
			interfaces: settings.discovery.interfaces,
			onEvent: (event) => this.#sighted(event),
			onProblem: (detail) => log.warn({ detail }, "discovery"),
			now,
		});
		this.#firstUse = new FirstUse({
			scan: (machine, signal) => this.scanHostKey(machine, signal),
			onKey: (machine, hostKey) => this.#pinFirst(machine, hostKey),
		});
		const { ledger, journal, pusher } = this;
		const record = (events: readonly Event[]) => this.record(events);
		const onAcquiring = this.progress.sawDownload.bind(this.progress);
		const receivedBytes = this.progress.receivedBytes.bind(this.progress);
		const sentBytes = this.history.sentTo.bind(this.history);
		const onWay = this.progress.chose.bind(this.progress);
		const known = this.known.bind(this);
		const performers = { ledger, journal, pusher, known, now, record, onAcquiring, onWay, receivedBytes, sentBytes };
		this.#performers = {
			...performers,
			store: this.#store,
			swarm: this.#swarm,
			secret,
			helpers,
			downloadLimit,
			limitsOf: this.traffic.limitsOf.bind(this.traffic),
			uplink,
			onReached: (machine, address) => {
				this.#admission.reached(machine, address);
				this.#admit();
			},
			get settings() {
				return live();
			},
		};
		this.loop = new Loop({
			ledger,
			now,
			get limits() {
				const { limits, approvalRule } = live();
				return { ...limits, ...(approvalRule === undefined ? {} : { approvalRule }) };
			},
			perform: (step, signal) => perform(this.#performers, step, signal),
			onDecision: (decision, tookMs) => this.#decided(decision, tookMs),
			onCrash: (step, error) => log.error({ step, err: error }, "step crashed"),
		});
	}

	/** Recovers from the journal first: nothing is decided before what was interrupted is known. */
	async start(): Promise<void> {
		const { settings, now } = this.#options;
		this.notifier.start(settings.notices, this.journal.lastSeq());
		this.ledger.recover(now());
		// Also what a life before wrote and did not live to bring to the disk.
		await this.journal.onDisk();
		await this.#store.start();
		await this.#swarm.start();
		this.#admit();
		await this.#readFiles();
		// The policies of before may have named more, and the size may be another.
		await tidyStore(this.#performers);
		await shareHeld(this.#performers);
		this.#uplink.start();
		if (settings.discovery.enabled) await this.#browser.start();
		this.loop.wake();
	}

	async stop(): Promise<void> {
		await this.#browser.stop();
		if (this.#looking) clearTimeout(this.#looking);
		this.#firstUse.stop();
		await this.loop.stop(DRAIN_MS);
		this.traffic.stop();
		await this.pusher.stop();
		await this.#uplink.stop();
		await this.#swarm.stop();
		this.ledger.keepSnapshot();
		await this.journal.settle();
		await this.notifier.stop();
		// Kept elsewhere, it says later whether anybody was at the journal meanwhile.
		this.#options.log.info({ head: this.audit.head() }, "stopped");
		this.journal.close();
	}

	/** As of the last reload. */
	get settings(): Settings {
		return this.#files.settings;
	}

	/** What a reload would change of them, and when that takes effect. */
	settingsChanges(): Promise<Changed> {
		return this.#files.settingsChanges();
	}

	/** Reads settings, policies, inventory and known hosts again. What is wrong is told and changes nothing. `by`: who asked for it. */
	reload(by: string): Promise<Changed> {
		return this.#readFiles(by);
	}

	/** Without anybody who asked it is a start. */
	async #readFiles(by?: string): Promise<Changed> {
		const { log, now, onReload } = this.#options;
		const settings = await this.#files.reloadSettings();
		const changes = by === undefined ? await changedSinceKept(this.settings) : settings.changes;
		// On a full disk, say, the files are read all the same.
		await keepSettings(this.settings).catch((error: unknown) => log.warn({ err: error }, "settings were not kept"));
		if (settings.changes.some(({ key }) => key === "notices"))
			await this.notifier.configure(this.settings.notices, this.journal.lastSeq());
		const { events, problems } = await this.#files.reload(() => this.ledger.fleet, now);
		const others = by === undefined ? [] : await onReload();
		this.problems = [...settings.problems, ...problems, ...others];
		const isTold = by !== undefined || changes.length > 0;
		const found = { settings: changes, problems: this.problems.length };
		const read: readonly Event[] = isTold ? [{ kind: "Reloaded", by: by ?? "start", ...found, at: now() }] : [];
		this.record([...read, ...events]);
		for (const problem of this.problems) log.error({ code: problem.code }, describeProblem(problem));
		this.loop.wake();
		return { changes: settings.changes, problems: this.problems };
	}

	/** What the administrator's files say; nothing before they were read. */
	known(): Known {
		return this.#files.known;
	}

	/** Whether the known_hosts file revokes the key: then nobody can approve it. */
	isRevoked(hostKey: HostKey): boolean {
		return this.#files.isRevoked(hostKey);
	}

	/** The key that a machine shows. */
	scanHostKey(machine: Machine, signal: AbortSignal): Promise<Scanned> {
		const { ledger, settings, pusher } = this;
		return scanHostKey({ ledger, settings, pusher, known: this.known.bind(this) }, machine, signal);
	}

	/** Brings the journal's count of the uplink up to now. */
	readUplink(): Promise<void> {
		return this.#uplink.read();
	}

	/** The one way in for events: what the files approve in advance is approved in the same breath. */
	record(events: readonly Event[]): void {
		this.loop.record(events);
		if (this.#files.areRead && !this.#looking) this.#approveInAdvance();
	}

	#approveInAdvance(): void {
		const { approvals, isPartial } = approvalsInAdvance(this.ledger.fleet, this.known(), this.#options.now());
		this.loop.record(approvals);
		this.#looking = isPartial ? setTimeout(() => this.#approveInAdvance(), LOOK_AGAIN_MS) : null;
	}

	#sighted(event: Event): void {
		this.record([withGroups(event, this.known().inventory)]);
	}

	#decided(decision: Decision, tookMs: number): void {
		this.metrics.decided(decision.held, tookMs);
		this.#admit();
		if (this.settings.ssh.hostKeyChecking === "accept-new") this.#firstUse.follow(this.ledger.fleet.machines);
		const { fleet } = this.ledger;
		void this.journal.onDisk().then(() => this.notifier.decided(fleet, decision.held));
		const now = this.#options.now();
		this.traffic.follow(fleet, decision, now);
		const mistakes = this.problems.length > 0 ? `${counted(this.problems.length, "problem")}: fleetseed check; ` : "";
		this.#options.onStatus(mistakes + this.progress.sentence(fleet, decision, now));
	}

	#pinFirst(machine: string, hostKey: HostKey): void {
		const { log, now } = this.#options;
		if (this.isRevoked(hostKey)) {
			log.warn({ machine, hostKey }, "first host key is revoked, and not pinned");
			return;
		}
		log.info({ machine, hostKey }, "first host key pinned");
		this.record([{ kind: "MachineApproved", machine, hostKeys: [hostKey], by: "accept-new", at: now() }]);
	}

	/** Only approved machines are peers. */
	#admit(): void {
		const admitted = this.#admission.follow(this.ledger.fleet.machines, this.settings.sites);
		if (admitted === null) return;
		this.#browser.protect(new Set(admitted.map(({ machine }) => machine)));
		this.#swarm.admit(admitted);
	}
}
