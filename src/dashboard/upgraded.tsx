import { useEffect, useState } from "preact/hooks";
import { hearHello } from "./live.ts";

/** Of the files that this page was loaded with: its script's name has it. */
const OWN_EDITION = new URL(import.meta.url).search.slice(1);

/** Scripts of before over a daemon of now are told, and go on: whoever is in the middle of something loads the page when that is done. */
export function Upgraded() {
	const [isBehind, setBehind] = useState(false);
	useEffect(() => hearHello(({ dashboard }) => setBehind(dashboard !== undefined && dashboard !== OWN_EDITION)), []);
	return (
		<div class="upgrade" role="status" aria-label="Upgrade">
			{isBehind && (
				<p class="card note">
					The service was upgraded: reload this page.{" "}
					<button type="button" class="outline small" onClick={() => location.reload()}>
						Reload
					</button>
				</p>
			)}
		</div>
	);
}
