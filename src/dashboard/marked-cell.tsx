import type { Ref } from "preact";

interface MarkedCellProps {
	/** Another one for each cell, as its key: of an element whose words change nothing is read out. */
	readonly id: string;
	/** In pixels within the wall; undefined: not painted yet. */
	readonly place:
		| { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
		| undefined;
	/** How many there are to go through, and which one this is, from 1. */
	readonly size: number;
	readonly position: number;
	readonly words: string;
	readonly at?: Ref<HTMLDivElement>;
}

/** The one cell of a painted wall that is an element: it is outlined, and read out as the marked one of its list box. */
export function MarkedCell({ id, place, size, position, words, at = null }: MarkedCellProps) {
	return (
		<div
			id={id}
			ref={at}
			class="marked"
			role="option"
			aria-selected="true"
			tabIndex={-1}
			aria-setsize={size}
			aria-posinset={position}
			style={
				place && {
					left: `${place.left}px`,
					top: `${place.top}px`,
					width: `${place.width}px`,
					height: `${place.height}px`,
				}
			}
		>
			<span class="unseen">{words}</span>
		</div>
	);
}
