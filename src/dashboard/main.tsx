import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StatusReport } from "../console/cockpit.ts";
import { Act } from "./act.tsx";
import { AuditPage } from "./audit.tsx";
import { Guarded } from "./guarded.tsx";
import { InboxPage } from "./inbox.tsx";
import { LibraryPage, PackagePage, packagePlace } from "./library.tsx";
import { useLive } from "./live.ts";
import { MachinePage } from "./machine.tsx";
import { newsOf } from "./news.ts";
import { RolloutPage, RolloutsPage } from "./rollout.tsx";
import { SchedulePage } from "./schedule.tsx";
import { LoggedIn, useSession, Who } from "./session.tsx";
import { SwarmPage } from "./swarm.tsx";
import { Told } from "./told.tsx";
import { Upgraded } from "./upgraded.tsx";
import { WallPage } from "./wall.tsx";
import { localTimes, timeText } from "./words.ts";

const PAGES = [
	{ path: "", words: "Fleet" },
	{ path: "rollouts", words: "Rollouts" },
	{ path: "schedule", words: "Schedule" },
	{ path: "swarm", words: "Swarm" },
	{ path: "packages", words: "Packages" },
	{ path: "inbox", words: "Discovery" },
	{ path: "audit", words: "Audit" },
];

function App() {
	const [path, name] = usePlace();
	const { value: status, problem } = useLive<StatusReport>("status");
	const session = useSession();
	const main = useRef<HTMLElement>(null);
	const place = `${path}/${name}`;
	const first = useRef(place);
	useEffect(() => {
		document.title = `fleetseed: ${name || PAGES.find((page) => page.path === path)?.words || path}`;
		// Whoever hears the page is told of the new one; the first one is read by itself.
		if (first.current !== place) main.current?.focus({ preventScroll: true });
		first.current = "";
	}, [place, path, name]);
	const news = useNews(status);
	const waiting = status?.machines.filter(({ state }) => state === "discovered" || state === "quarantined").length ?? 0;
	return (
		<Who.Provider value={session}>
			<button type="button" class="skip unseen" onClick={() => main.current?.focus()}>
				To the content
			</button>
			<header class="hstack">
				<strong>fleetseed</strong>
				<nav aria-label="Pages">
					<ul class="unstyled hstack">
						{PAGES.map((page) => (
							<li key={page.path}>
								<a class="button ghost" href={`#/${page.path}`} aria-current={page.path === path ? "page" : undefined}>
									{page.words}
									{page.path === "inbox" && waiting > 0 && ` (${waiting})`}
								</a>
							</li>
						))}
					</ul>
				</nav>
				<div class="hstack">
					{status &&
						(status.paused ? (
							<Act label="Resume all" tone="main" path="resume" body={{}} question="Let everything go on?" />
						) : (
							<Act label="Pause all" path="pause" question="Start nothing new at all? What is in flight ends." />
						))}
					<LoggedIn />
				</div>
				<p class="doing text-light">{problem ? "" : localTimes(status?.waiting_for ?? "")}</p>
			</header>
			<main id="main" ref={main} tabIndex={-1}>
				<Upgraded />
				<div role="alert">
					{status && problem && (
						<p class="card note bad">
							<b>{problem}</b> Shown is how it was {timeText(status.at)}.
						</p>
					)}
				</div>
				{status?.problems.map((each) => (
					<p class="card note bad" key={each}>
						{each}
					</p>
				))}
				{status?.failing_downloads.map((each) => (
					<FailingDownload key={each.sha256} {...each} />
				))}
				{status && (
					<Guarded key={place}>
						<Page path={path} name={name} status={status} />
					</Guarded>
				)}
				{!status && <p role="status">{problem ?? "Asking the daemon ..."}</p>}
			</main>
			<Told />
			<p class="unseen" role="status" aria-label="News">
				{news}
			</p>
		</Who.Provider>
	);
}

function FailingDownload({ sha256, names, since, detail, code, advice }: StatusReport["failing_downloads"][number]) {
	return (
		<p class="card note bad">
			<a href={packagePlace(sha256)}>{names.join(", ")}</a> cannot be downloaded, since {timeText(since)}: {detail} (
			{code}
			). {advice}
		</p>
	);
}

function Page({ path, name, status }: { readonly path: string; readonly name: string; readonly status: StatusReport }) {
	if (path === "rollouts") return name ? <RolloutPage status={status} name={name} /> : <RolloutsPage status={status} />;
	if (path === "machines") return <MachinePage name={name} key={name} />;
	if (path === "packages") return name ? <PackagePage sha256={name} /> : <LibraryPage />;
	if (path === "schedule") return <SchedulePage />;
	if (path === "swarm") return <SwarmPage />;
	if (path === "inbox") return <InboxPage />;
	if (path === "audit") return <AuditPage />;
	return <WallPage status={status} />;
}

/** What has changed since the look before; it stays until something else does. */
function useNews(status: StatusReport | null): string {
	const [news, setNews] = useState("");
	const before = useRef(status);
	useEffect(() => {
		const told = before.current && status ? newsOf(before.current, status) : [];
		if (told.length > 0) setNews(told.slice(0, MOST_NEWS).join("; "));
		before.current = status;
	}, [status]);
	return news;
}

/** More at once is for the eyes. */
const MOST_NEWS = 5;

function usePlace(): readonly [string, string] {
	const [hash, setHash] = useState(location.hash);
	useEffect(() => {
		const follow = () => {
			if (isNewEntry()) scrollTo(0, 0);
			setHash(location.hash);
		};
		isNewEntry();
		addEventListener("hashchange", follow);
		return () => removeEventListener("hashchange", follow);
	}, []);
	const [path = "", name = ""] = hash.replace(/^#\/?/, "").split("/");
	return [path, nameIn(name)];
}

/** Whether one has come here by a link: who goes back is where the browser remembers. */
function isNewEntry(): boolean {
	if (history.state !== null) return false;
	history.replaceState("seen", "");
	return true;
}

/** What was typed by hand into the address may be no encoding: then it is the name of nobody. */
function nameIn(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return encoded;
	}
}

const place = document.getElementById("app");
if (place)
	render(
		<Guarded>
			<App />
		</Guarded>,
		place,
	);
