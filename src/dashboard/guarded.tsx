import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";

/** What cannot be drawn says so in its own place: else the page would stay as it was, or go, without a word. */
export function Guarded({ children }: { readonly children: ComponentChildren }) {
	const [error] = useErrorBoundary();
	if (!error) return <>{children}</>;
	return (
		<div class="card note bad" role="alert">
			<p>
				This cannot be shown: {String(error)}. The daemon may have been upgraded since this page was loaded; if loading
				it again does not help, the command line shows the same.
			</p>
			<button type="button" class="outline" onClick={() => location.reload()}>
				Load it again
			</button>
		</div>
	);
}
