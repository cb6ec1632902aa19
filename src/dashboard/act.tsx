import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Role } from "../console/cockpit.ts";
import { post, Refusal } from "./api.ts";
import { useRefusal } from "./session.tsx";
import { tell } from "./told.tsx";

interface ActProps {
	readonly label: string;
	readonly path: string;
	/** What follows from it, for the person to confirm. */
	readonly question: string;
	readonly body?: object;
	/** Most acts are an operator's. */
	readonly takes?: Role;
	/** Most acts keep a reason. */
	readonly asksReason?: boolean;
	readonly tone?: "main" | "danger";
	readonly children?: ComponentChildren;
}

/** A button that steers, after a question; what the daemon answers is told. */
export function Act({ label, path, question, body, takes = "operator", asksReason = true, tone, children }: ActProps) {
	const refusal = useRefusal(takes);
	const dialog = useRef<HTMLDialogElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const [reason, setReason] = useState("");
	const [title, told] = [useId(), useId()];
	useFocusLeftToPage(button);
	const act = (event: Event) => {
		event.preventDefault();
		dialog.current?.close();
		setReason("");
		order(path, { ...body, ...(reason ? { reason } : {}) });
	};
	return (
		<>
			<button
				type="button"
				class={tone}
				ref={button}
				disabled={refusal !== null}
				title={refusal ?? undefined}
				onClick={() => dialog.current?.showModal()}
			>
				{label}
			</button>
			<dialog ref={dialog} aria-labelledby={title} aria-describedby={told}>
				<form onSubmit={act}>
					<h2 id={title}>{label}</h2>
					<p id={told}>{question}</p>
					{children}
					{asksReason && (
						<label>
							Why, for the journal (optional)
							<input value={reason} onInput={(event) => setReason(event.currentTarget.value)} maxLength={500} />
						</label>
					)}
					<div class="acts">
						<button type="submit" class={tone ?? "main"}>
							Yes, {label.toLowerCase()}
						</button>
						<button type="button" onClick={() => dialog.current?.close()}>
							Cancel
						</button>
					</div>
				</form>
			</dialog>
		</>
	);
}

async function order(path: string, body: object): Promise<void> {
	try {
		const { message } = await post<{ readonly message?: string }>(path, body);
		tell({ text: message ?? "Done.", isBad: false });
	} catch (error) {
		const text = error instanceof Refusal ? `${error.message}. ${error.hint} (${error.code})` : String(error);
		tell({ text, isBad: true });
	}
}

/** A button that goes away with what it did leaves the keyboard in the page, not nowhere. */
function useFocusLeftToPage(button: { readonly current: HTMLButtonElement | null }): void {
	useLayoutEffect(() => {
		const { current } = button;
		return () => {
			if (document.activeElement === current) document.getElementById("main")?.focus();
		};
	}, [button]);
}
