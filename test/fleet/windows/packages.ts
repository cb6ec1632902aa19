import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Msi {
	readonly version: string;
	/** In braces, upper case. */
	readonly productCode: string;
	/** What is in C:\Program Files\Till\till.txt. */
	readonly content: string;
	/** It ends with 3010. */
	readonly needsReboot?: true;
}

/** The same for every version: a product of another code replaces the one that is there. */
const UPGRADE_CODE = "{0A1B2C3D-4E5F-4061-8283-94A5B6C7D8E9}";

const wxs = ({ version, productCode, needsReboot }: Msi) => `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="${productCode}" Name="Till" Language="1033" Version="${version}" Manufacturer="Example" UpgradeCode="${UPGRADE_CODE}">
<Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
<Media Id="1" Cabinet="till.cab" EmbedCab="yes"/>
<MajorUpgrade DowngradeErrorMessage="A later version is there."/>
<Property Id="SITE" Value="none"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFiles64Folder"><Directory Id="INSTALLDIR" Name="Till">
<Component Id="Main" Guid="{2B3C4D5E-6F70-4182-93A4-B5C6D7E8F901}" Win64="yes">
<File Id="MainFile" Source="till.txt" KeyPath="yes"/>
<RegistryValue Root="HKLM" Key="SOFTWARE\\Example\\Till" Name="Site" Type="string" Value="[SITE]"/>
</Component></Directory></Directory></Directory>
<Feature Id="Complete" Level="1"><ComponentRef Id="Main"/></Feature>
${needsReboot ? '<InstallExecuteSequence><ScheduleReboot After="InstallFinalize"/></InstallExecuteSequence>' : ""}
</Product></Wix>
`;

/** A real package of Windows Installer. */
export function makeMsi(msi: Msi): Promise<Buffer> {
	return inFolder(async (folder) => {
		await writeFile(join(folder, "till.wxs"), wxs(msi));
		await writeFile(join(folder, "till.txt"), msi.content);
		await run("wixl", ["-a", "x64", "-o", "till.msi", "till.wxs"], { cwd: folder });
		return readFile(join(folder, "till.msi"));
	});
}

export function newProductCode(): string {
	return `{${randomUUID().toUpperCase()}}`;
}

/** A real installer of NSIS with these lines in its only section. */
export function makeNsis(lines: readonly string[], settings: readonly string[] = []): Promise<Buffer> {
	const script = `Unicode true
Target amd64-unicode
Name "Scanner"
OutFile "scanner.exe"
RequestExecutionLevel admin
InstallDir "C:\\Scanner"
${settings.join("\n")}
Section
${lines.join("\n")}
SectionEnd
`;
	return inFolder(async (folder) => {
		await writeFile(join(folder, "scanner.nsi"), script);
		await run("makensis", ["-V1", "scanner.nsi"], { cwd: folder });
		return readFile(join(folder, "scanner.exe"));
	});
}

async function inFolder(make: (folder: string) => Promise<Buffer>): Promise<Buffer> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-package-"));
	try {
		return await make(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
