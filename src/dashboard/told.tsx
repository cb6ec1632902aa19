import { useEffect, useState } from "preact/hooks";

interface Telling {
	readonly text: string;
	readonly isBad: boolean;
	/** Bad, too: it may have been done, and nobody knows. */
	readonly isUncertain?: true;
}

const SHOWN_MS = 8000;
let show: (telling: Telling) => void = () => undefined;

/** Shows what came of an act, wherever its button has gone meanwhile. */
export function tell(telling: Telling): void {
	show(telling);
}

/** The one place for it: always in the page, since only what changes in a live region is read out. */
export function Told() {
	const [telling, setTelling] = useState<Telling | null>(null);
	show = setTelling;
	useEffect(() => {
		if (!telling || telling.isBad) return;
		const timer = setTimeout(() => setTelling(null), SHOWN_MS);
		return () => clearTimeout(timer);
	}, [telling]);
	return (
		<div class="toast-container" data-placement="bottom-right" role="status" aria-label="What came of it">
			{telling && (
				<p class="toast" data-variant={telling.isBad ? "danger" : "success"}>
					{telling.isBad && <b>{telling.isUncertain ? "Nobody knows whether it was done: " : "Not done: "}</b>}
					{telling.text}{" "}
					<button type="button" class="outline small" onClick={() => setTelling(null)}>
						Close
					</button>
				</p>
			)}
		</div>
	);
}
