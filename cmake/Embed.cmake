# Writes OUTPUT, a C++ file with the text of every file in TOPICS and SCRIPTS, by name.

function(entries OUT)
  set(text "")
  foreach(file IN LISTS ARGN)
    get_filename_component(stem "${file}" NAME)
    string(REGEX REPLACE "\\.md$" "" stem "${stem}")
    file(READ "${file}" content)
    string(APPEND text "    {\"${stem}\", R\"agr~(${content})agr~\"},\n")
  endforeach()
  set(${OUT} "${text}" PARENT_SCOPE)
endfunction()

entries(topic_entries ${TOPICS})
entries(script_entries ${SCRIPTS})
file(WRITE "${OUTPUT}" "// Generated from man/topics and completions.
#include \"cmd/frame/embedded.hpp\"

namespace agr::cmd {

const std::vector<Embedded>& topics() {
  static const std::vector<Embedded> k_topics{
${topic_entries}  };
  return k_topics;
}

const std::vector<Embedded>& completion_scripts() {
  static const std::vector<Embedded> k_scripts{
${script_entries}  };
  return k_scripts;
}

} // namespace agr::cmd
")
