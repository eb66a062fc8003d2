# The man page and the completions, written by the command itself from its own options.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "wrun: no man page and no completions, which the command would have to write")
  return()
endif()

set(WRUN_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
  CACHE STRING "Where zsh's completions are installed")
find_program(WRUN_GZIP gzip)
mark_as_advanced(WRUN_GZIP)
set(generated_dir ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated_dir})
set(generated)

# wrun_generate(WHAT FILE DESTINATION) lets `wrun generate WHAT` write a file that is installed.
function(wrun_generate what file destination)
  set(path ${generated_dir}/${file})
  add_custom_command(OUTPUT ${path} COMMAND wrun generate ${what} > ${path} DEPENDS wrun VERBATIM)
  if(what STREQUAL "man" AND WRUN_GZIP)
    add_custom_command(OUTPUT ${path}.gz
      COMMAND ${WRUN_GZIP} -9nc ${path} > ${path}.gz DEPENDS ${path} VERBATIM)
    string(APPEND path .gz)
  endif()
  set(generated ${generated} ${path} PARENT_SCOPE)
  if(WRUN_INSTALL)
    install(FILES ${path} DESTINATION ${destination} COMPONENT command ${ARGN})
  endif()
endfunction()

wrun_generate(man wrun.1 ${CMAKE_INSTALL_MANDIR}/man1)
wrun_generate(bash wrun.bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME wrun)
wrun_generate(zsh _wrun ${WRUN_ZSH_COMPLETIONS})
wrun_generate(fish wrun.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
add_custom_target(wrun_generated ALL DEPENDS ${generated})
