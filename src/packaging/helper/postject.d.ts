/** What we use of postject 1.0.0-alpha.6; it has no types. */
declare module "postject" {
	export function inject(
		filename: string,
		resourceName: string,
		resourceData: Buffer,
		options: { readonly sentinelFuse: string },
	): Promise<void>;
}
