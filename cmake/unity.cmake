# wrun_unity(target): with WRUN_UNITY, the target's files are compiled as one, since reading headers
# and making the same templates again is most of a small file's time. So a name in an anonymous
# namespace is used once in a layer. Files with options of their own stay alone.
function(wrun_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${WRUN_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  if(WRUN_UNITY)
    # g++ takes what is included for a header, which may be included elsewhere, too.
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# wrun_unity_group(target group files...): the same for some files of a target, whose options are
# then the target's only.
function(wrun_unity_group target group)
  if(WRUN_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    set_source_files_properties(${ARGN} PROPERTIES UNITY_GROUP ${group})
  endif()
endfunction()
