import { MachineLink, machinePlace } from "./parts.tsx";
import { count } from "./words.ts";

const SHOWN = 8;

/** Whether a name holds what was typed, whatever its case. */
export function holds(name: string, typed: string): boolean {
	return name.toLowerCase().includes(typed.trim().toLowerCase());
}

interface FindProps {
	readonly typed: string;
	readonly onType: (typed: string) => void;
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
		<form class="acts find" onSubmit={open}>
			<label>
				Find a machine{" "}
				<input
					class="short"
					type="search"
					value={typed}
					onInput={({ currentTarget }) => onType(currentTarget.value)}
					autocomplete="off"
				/>
			</label>
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
