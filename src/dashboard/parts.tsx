import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MachineState } from "../console/cockpit.ts";
import { post, Refusal, segment } from "./api.ts";
import { STATES } from "./states.ts";

/** A state by its mark, its colour and its word. */
export function State({ state }: { readonly state: MachineState }) {
	const { mark, tone, words } = STATES[state];
	return (
		<span class="state">
			<span class={`mark ${tone}`} aria-hidden="true">
				{mark}
			</span>
			{words}
		</span>
	);
}

/** Where a machine's page is. */
export function machinePlace(name: string): string {
	return `#/machines/${segment(name)}`;
}

export function MachineLink({ name }: { readonly name: string }) {
	return <a href={machinePlace(name)}>{name}</a>;
}

export function TableHead({ columns }: { readonly columns: readonly string[] }) {
	return (
		<thead>
			<tr>
				{columns.map((each) => (
					<th scope="col" key={each}>
						{each}
					</th>
				))}
			</tr>
		</thead>
	);
}

interface ActProps {
	readonly label: string;
	readonly path: string;
	/** What follows from it, for the person to confirm. */
	readonly question: string;
	readonly body?: object;
	readonly asksReason?: boolean;
	readonly tone?: "main" | "danger";
	readonly children?: ComponentChildren;
}

/** A button that steers, after a question; what the daemon answers is told. */
export function Act({ label, path, question, body, asksReason, tone, children }: ActProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [reason, setReason] = useState("");
	const [told, setTold] = useState<{ readonly text: string; readonly isBad: boolean } | null>(null);
	useEffect(() => {
		if (!told || told.isBad) return;
		const timer = setTimeout(() => setTold(null), 8000);
		return () => clearTimeout(timer);
	}, [told]);
	const act = async () => {
		dialog.current?.close();
		try {
			const answer = await post<{ readonly message?: string }>(path, { ...body, ...(asksReason ? { reason } : {}) });
			setTold({ text: answer.message ?? "done", isBad: false });
		} catch (error) {
			const hint = error instanceof Refusal ? `${error.message}. ${error.hint} (${error.code})` : String(error);
			setTold({ text: hint, isBad: true });
		}
	};
	return (
		<>
			<button type="button" class={tone} onClick={() => dialog.current?.showModal()}>
				{label}
			</button>
			<dialog ref={dialog} aria-label={label}>
				<h2>{label}</h2>
				<p>{question}</p>
				{children}
				{asksReason && (
					<label>
						Why, for the journal
						<input value={reason} onInput={(event) => setReason(event.currentTarget.value)} maxLength={500} />
					</label>
				)}
				<div class="acts">
					<button type="button" class={tone ?? "main"} onClick={act}>
						Yes, {label.toLowerCase()}
					</button>
					<button type="button" onClick={() => dialog.current?.close()}>
						Cancel
					</button>
				</div>
			</dialog>
			{told && (
				<p class={`toast ${told.isBad ? "bad" : ""}`} role="status">
					{told.text}{" "}
					<button type="button" onClick={() => setTold(null)}>
						Close
					</button>
				</p>
			)}
		</>
	);
}
