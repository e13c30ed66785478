#compdef agr
# zsh completion for agr: asks the binary, which knows its own commands.
_agr() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'agr' candidates || _files
}
compdef _agr agr
