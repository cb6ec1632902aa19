/** isForGood: it need not be tried again. */
export type Sent =
	| { readonly kind: "sent" }
	| { readonly kind: "failed"; readonly why: string; readonly isForGood: boolean };
