import { MachineLink, machinePlace } from "./parts.tsx";
import { count } from "./words.ts";

const SHOWN = 8;

/** Whether a name holds what was typed, whatever its case. */
export function holds(name: string, typed: string): boolean {
	return name.toLowerCase().includes(typed.trim().toLowerCase());
}

interface Typed {
	readonly typed: string;
	readonly onType: (typed: string) => void;
}

/** For a part of a name, which is acted on with each character. */
export function SearchField({ label, typed, onType }: Typed & { readonly label: string }) {
	return (
		<label>
			{label}{" "}
			<input
				class="short"
				type="search"
				value={typed}
				onInput={({ currentTarget }) => onType(currentTarget.value)}
				autocomplete="off"
			/>
		</label>
	);
}

interface FindProps extends Typed {
	/** Of the machines that hold what was typed. */
	readonly found: readonly string[];
}

/** One of thousands is found by a part of its name; Enter opens the first. */
export function Find({ typed, onType, found }: FindProps) {
	const [first] = found;
	const open = (event: Event) => {
		event.preventDefault();
		if (first !== undefined) location.hash = machinePlace(first);
	};
	return (
		<form class="hstack mt-2 mb-2" onSubmit={open}>
			<SearchField label="Find a machine" typed={typed} onType={onType} />
			<span role="status">{typed.trim() !== "" && foundWords(found.length)}</span>
			{found.slice(0, SHOWN).map((name) => (
				<MachineLink key={name} name={name} />
			))}
		</form>
	);
}

function foundWords(many: number): string {
	if (many === 0) return "no name holds that";
	return many > SHOWN ? `${count(many)} names hold that, such as` : `${count(many)} found:`;
}
