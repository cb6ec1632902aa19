import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Role } from "../console/cockpit.ts";
import { isRefused, post, told } from "./api.ts";
import { useRefusal } from "./session.tsx";
import { tell } from "./told.tsx";
import { useUnderWay } from "./under-way.ts";

interface Asking {
	readonly label: string;
	readonly path: string;
	/** What follows from it, for the person to confirm. */
	readonly question: string;
	readonly body?: object;
	/** Most acts keep a reason. */
	readonly asksReason?: boolean;
	readonly tone?: "main" | "danger";
	readonly children?: ComponentChildren;
}

interface ActProps extends Asking {
	/** Most acts are an operator's. */
	readonly takes?: Role;
}

/** A button that steers, after a question; what the daemon answers is told. */
export function Act({ takes = "operator", ...asking }: ActProps) {
	const refusal = useRefusal(takes);
	const button = useRef<HTMLButtonElement>(null);
	// As it was when it was asked: the page goes on changing, and what is answered is what was read.
	const [asked, setAsked] = useState<Asking | null>(null);
	const [isUnderWay, begin] = useUnderWay();
	useFocusLeftToPage(button);
	const ask = () => {
		if (refusal) tell({ text: `${refusal}.`, isBad: true });
		else if (!isUnderWay) setAsked(asking);
	};
	return (
		<>
			<button
				type="button"
				class={asking.tone === "main" ? undefined : "outline"}
				data-variant={asking.tone}
				data-spinner="small"
				ref={button}
				aria-disabled={refusal !== null || isUnderWay}
				aria-busy={isUnderWay}
				title={refusal ?? undefined}
				onClick={ask}
			>
				{asking.label}
			</button>
			{asked && (
				<Question
					{...asked}
					onYes={(reason) => begin(() => order(asked.path, { ...asked.body, ...(reason ? { reason } : {}) }))}
					onEnd={() => setAsked(null)}
				/>
			)}
		</>
	);
}

interface QuestionProps extends Asking {
	readonly onYes: (reason: string) => void;
	readonly onEnd: () => void;
}

function Question({ label, question, asksReason = true, tone, children, onYes, onEnd }: QuestionProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [reason, setReason] = useState("");
	const [title, described] = [useId(), useId()];
	useLayoutEffect(() => dialog.current?.showModal(), []);
	useFocusLeftToPage(dialog);
	const answer = (event: Event) => {
		event.preventDefault();
		dialog.current?.close();
		onYes(reason);
	};
	return (
		<dialog ref={dialog} aria-labelledby={title} aria-describedby={described} onClose={onEnd}>
			<form onSubmit={answer}>
				<header>
					<h2 id={title}>{label}</h2>
				</header>
				<div>
					<p id={described}>{question}</p>
					{children}
					{asksReason && (
						<label class="mt-2">
							Why, for the journal (optional)
							<input value={reason} onInput={(event) => setReason(event.currentTarget.value)} maxLength={500} />
						</label>
					)}
				</div>
				<footer>
					<button type="submit" data-variant={tone}>
						Yes, {label.toLowerCase()}
					</button>
					<button type="button" class="outline" onClick={() => dialog.current?.close()}>
						Cancel
					</button>
				</footer>
			</form>
		</dialog>
	);
}

async function order(path: string, body: object): Promise<void> {
	try {
		const { message } = await post<{ readonly message?: string }>(path, body);
		tell({ text: message ?? "Done.", isBad: false });
	} catch (error) {
		if (isRefused(error)) return tell({ text: told(error), isBad: true });
		const text = `look at this page, and at Audit, before you repeat it. ${told(error)}`;
		tell({ text, isBad: true, isUncertain: true });
	}
}

/** What goes away with what it did, or because another did it, leaves the keyboard in the page, not nowhere. */
function useFocusLeftToPage(element: { readonly current: HTMLElement | null }): void {
	useLayoutEffect(() => {
		const { current } = element;
		return () => {
			if (!current?.contains(document.activeElement)) return;
			// Behind an open dialog nothing can be focused.
			if (current instanceof HTMLDialogElement) current.close();
			document.getElementById("main")?.focus();
		};
	}, [element]);
}
