import { useRef, useState } from "preact/hooks";

/** Whether an act is under way, and what begins one: not while another is, however often it is pressed. */
export function useUnderWay(): readonly [boolean, (act: () => Promise<unknown>) => void] {
	const [isUnderWay, setUnderWay] = useState(false);
	// A second press can come before the page shows the first.
	const isBegun = useRef(false);
	const begin = (act: () => Promise<unknown>) => {
		if (isBegun.current) return;
		isBegun.current = true;
		setUnderWay(true);
		act().finally(() => {
			isBegun.current = false;
			setUnderWay(false);
		});
	};
	return [isUnderWay, begin];
}
