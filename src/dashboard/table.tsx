import {
	type ComponentChild,
	type ComponentChildren,
	cloneElement,
	isValidElement,
	toChildArray,
	type VNode,
} from "preact";

interface TableProps {
	readonly caption: string;
	readonly columns: readonly string[];
	/** Those of them that are set to the right, as their numbers are. */
	readonly numbers?: readonly string[];
	/** Rows. */
	readonly children: ComponentChildren;
	readonly isCard?: boolean;
	/** What its words mean. */
	readonly note?: string | null;
}

export const FLOOR_NOTE =
	"Times the floor: how long the delivery took, over the least that the links and limits on its way allow.";

/** A table that is scrolled sideways where it does not fit: by keys, too, for which it is a stop of its own. */
export function Table({ caption, columns, numbers = [], children, isCard = true, note = null }: TableProps) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys (WCAG 2.1.1)
		<section class={isCard ? "card table" : "table"} tabIndex={0} aria-label={caption}>
			<table>
				<caption>{caption}</caption>
				<thead>
					<tr>
						{columns.map((each) => (
							<th scope="col" key={each} class={numbers.includes(each) ? "number" : undefined}>
								{each}
							</th>
						))}
					</tr>
				</thead>
				<tbody>{toChildArray(children).map((row) => titled(row, columns))}</tbody>
			</table>
			{note && <p class="text-light mt-2">{note}</p>}
		</section>
	);
}

/** A row whose cells know the titles of their columns: on a narrow screen they stand below each other, each behind its own. */
function titled(row: ComponentChild, columns: readonly string[]): ComponentChild {
	if (!isValidElement(row)) return row;
	const { children } = row.props as { readonly children?: ComponentChildren };
	const cells = toChildArray(children).map((cell, index) =>
		isValidElement(cell) ? cloneElement(cell as VNode<object>, { "data-title": columns[index] }) : cell,
	);
	return cloneElement(row, {}, cells);
}
