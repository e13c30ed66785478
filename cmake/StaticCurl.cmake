# Links libcurl, OpenSSL and SQLite statically, so that `agr` starts in about a millisecond instead of four:
# the dynamic libcurl brings 31 further libraries, most of which serve protocols agr never speaks.
#
# Debian's libcurl.a refers to libssh2, OpenLDAP, librtmp and Kerberos, which have no static form or are not
# wanted. Their functions are defined here as ones that return 0: agr allows http and https only and asks for
# no Negotiate authentication, so they are never reached. A libcurl.a with other needs fails to link in the
# check below, and the dynamic library is used instead.

function(agr_static_curl RESULT)
  set(${RESULT} FALSE PARENT_SCOPE)
  set(archives "")
  foreach(name curl nghttp2 psl idn2 unistring ssl crypto zstd brotlidec brotlicommon z)
    find_library(AGR_STATIC_${name} "lib${name}.a")
    mark_as_advanced(AGR_STATIC_${name})
    if(NOT AGR_STATIC_${name})
      message(STATUS "Static libcurl: lib${name}.a is missing, linking dynamically")
      return()
    endif()
    list(APPEND archives "${AGR_STATIC_${name}}")
  endforeach()

  execute_process(COMMAND "${CMAKE_NM}" -u "${AGR_STATIC_curl}" OUTPUT_VARIABLE undefined ERROR_QUIET)
  string(REGEX MATCHALL "(libssh2|ldap|ber|gss|RTMP|krb5)_[A-Za-z0-9_]+" unused "${undefined}")
  list(REMOVE_DUPLICATES unused)
  list(REMOVE_ITEM unused libssh2_version)
  set(source "// Generated: protocols agr never speaks.\nextern \"C\" {\n")
  string(APPEND source "const char* libssh2_version(int) { return \"none\"; }\nvoid* GSS_C_NT_HOSTBASED_SERVICE = nullptr;\n")
  foreach(name IN LISTS unused)
    string(APPEND source "void* ${name}() { return nullptr; }\n")
  endforeach()
  string(APPEND source "}\n")
  set(stubs "${CMAKE_BINARY_DIR}/unused_protocols.cpp")
  file(CONFIGURE OUTPUT "${stubs}" CONTENT "${source}" @ONLY)

  set(probe "${CMAKE_BINARY_DIR}/static_curl_probe.cpp")
  file(CONFIGURE OUTPUT "${probe}" @ONLY CONTENT
       "#include <curl/curl.h>\nint main() { return curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || curl_easy_init() == nullptr; }\n")
  try_run(ran compiled "${CMAKE_BINARY_DIR}/static_curl_probe" SOURCES "${probe}" "${stubs}"
          COMPILE_DEFINITIONS -DCURL_STATICLIB LINK_LIBRARIES ${archives} pthread dl)
  if(NOT compiled OR NOT ran EQUAL 0)
    message(STATUS "Static libcurl: the check failed, linking dynamically")
    return()
  endif()

  add_library(agr_unused_protocols STATIC "${stubs}")
  add_library(agr_curl INTERFACE)
  target_compile_definitions(agr_curl INTERFACE CURL_STATICLIB)
  target_link_libraries(agr_curl INTERFACE "${AGR_STATIC_curl}" agr_unused_protocols ${archives} pthread dl)
  message(STATUS "Static libcurl: yes")
  set(${RESULT} TRUE PARENT_SCOPE)
endfunction()
