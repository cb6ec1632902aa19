/**
 * \`json_string '"TEXT"'\` sets $string to what a JSON string says (RFC 8259, section 7), by the shell alone and without evaluating any of it.
 * False for what is none, and for the escapes that no text of a policy needs.
 *
 * \`read_members\` reads, on stdin, a flat object as JSON.stringify prints it with tabs, a line for each value: calls \`member NAME VALUE\` for each string
 * or number, and in the end \`whole ITEM...\` with the strings of its list. False for anything else.
 */
export const JSON_READER = `
tab='	'
# Quotes and backslashes within \${...} are read by some shells in another way than by others.
before_name=$tab'"' after_name='": ' backslash='\\'
json_string() {
	string=
	case $1 in '"'*'"') ;; *) return 1 ;; esac
	left=\${1#?}
	left=\${left%?}
	while case $left in *"$backslash"*) ;; *) false ;; esac; do
		string=$string\${left%%"$backslash"*}
		left=\${left#*"$backslash"}
		case $left in
		n*) string=$string$newline ;;
		t*) string=$string$tab ;;
		'"'*) string=$string'"' ;;
		"$backslash"*) string=$string$backslash ;;
		*) return 1 ;;
		esac
		left=\${left#?}
	done
	string=$string$left
}
json_value() {
	string=
	case $1 in
	'"'*) json_string "$1" ;;
	*[!0-9]*|'') return 1 ;;
	*) string=$1 ;;
	esac
}
read_members() {
	is_whole=no
	set --
	while IFS= read -r line; do
		line=\${line%,}
		case $line in
		'{'|"$tab]"|"$tab"'"'*'": ['|"$tab"'"'*'": []') ;;
		'}') is_whole=yes ;;
		"$tab$tab"*) json_value "\${line#"$tab$tab"}" && set -- "$@" "$string" || return 1 ;;
		"$tab"'"'*'": '*)
			name=\${line%%"$after_name"*}
			name=\${name#"$before_name"}
			json_value "\${line#*"$after_name"}" && member "$name" "$string" || return 1 ;;
		*) return 1 ;;
		esac
	done
	[ $is_whole = yes ] && whole "$@"
}
`;
