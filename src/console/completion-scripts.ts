export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Each asks `fleetseed complete-words` for lines of WORD, TAB, MEANING as a person types; where it answers nothing, the shell
 * completes files.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
	bash: `# bash completion of fleetseed
_fleetseed() {
	local words=("\${COMP_WORDS[@]:1:COMP_CWORD}") line
	COMPREPLY=()
	while IFS= read -r line; do
		COMPREPLY+=("\${line%%$'\\t'*}")
	done < <(fleetseed complete-words -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _fleetseed fleetseed
`,
	zsh: `#compdef fleetseed
# zsh completion of fleetseed
_fleetseed() {
	local -a lines
	lines=("\${(@f)$(fleetseed complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
	lines=("\${(@)lines//:/\\\\:}")
	lines=("\${(@)lines/$'\\t'/:}")
	if [[ -n "\${lines[1]}" ]]; then
		_describe fleetseed lines
	else
		_files
	fi
}
# Loaded by itself at the first TAB, or read by \`source\`.
if [[ "\${funcstack[1]}" == _fleetseed ]]; then
	_fleetseed "$@"
else
	compdef _fleetseed fleetseed
fi
`,
	fish: `# fish completion of fleetseed
function __fleetseed_words
	set -l words (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token --cut-at-cursor)
	set -l found (fleetseed complete-words -- $words[2..-1] 2>/dev/null)
	if test (count $found) -gt 0
		printf '%s\\n' $found
	else
		__fish_complete_path (commandline --current-token)
	end
end
complete --command fleetseed --no-files --arguments '(__fleetseed_words)'
`,
};
