# Run at install time: has the program AGR write its own manual pages and completion scripts below PREFIX.

set(man1 "${PREFIX}/share/man/man1")
set(man7 "${PREFIX}/share/man/man7")
file(MAKE_DIRECTORY "${man1}" "${man7}" "${PREFIX}/share/bash-completion/completions"
     "${PREFIX}/share/zsh/site-functions" "${PREFIX}/share/fish/vendor_completions.d")

function(write_output FILE)
  execute_process(COMMAND "${AGR}" ${ARGN} OUTPUT_FILE "${FILE}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

write_output("${man1}/agr.1" __man)
execute_process(COMMAND "${AGR}" __dump-cli OUTPUT_VARIABLE commands COMMAND_ERROR_IS_FATAL ANY)
string(JSON count LENGTH "${commands}")
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  string(JSON hidden GET "${commands}" ${i} hidden)
  string(JSON name GET "${commands}" ${i} name)
  if(NOT hidden)
    string(REPLACE " " "-" page "${name}")
    write_output("${man1}/agr-${page}.1" __man "${name}")
  endif()
endforeach()

file(GLOB topics "${TOPICS}/*.md")
foreach(topic IN LISTS topics)
  get_filename_component(name "${topic}" NAME_WE)
  write_output("${man7}/agr-${name}.7" __man "${name}")
endforeach()

write_output("${PREFIX}/share/bash-completion/completions/agr" completion bash)
write_output("${PREFIX}/share/zsh/site-functions/_agr" completion zsh)
write_output("${PREFIX}/share/fish/vendor_completions.d/agr.fish" completion fish)
