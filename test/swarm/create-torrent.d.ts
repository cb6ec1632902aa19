/** What we use of create-torrent 6.1.3; it has no types. */
declare module "create-torrent" {
	interface Options {
		readonly name: string;
		readonly private: boolean;
		readonly pieceLength: number;
		readonly announceList: readonly string[][];
		readonly creationDate?: number;
		readonly createdBy?: string;
		readonly filterJunkFiles?: boolean;
	}
	function createTorrent(
		file: string,
		options: Options,
		done: (error: Error | null, torrent: Uint8Array) => void,
	): void;
	export default createTorrent;
}
