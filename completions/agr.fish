# fish completion for agr: asks the binary, which knows its own commands.
function __agr_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c agr -f -a '(__agr_complete)'
