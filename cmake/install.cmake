include(CMakePackageConfigHelpers)

set(installed sconce sconce_png sconce_torch_ops sconce_registered_ops)
if(TARGET sconce_distributed)
  list(APPEND installed sconce_distributed)
endif()
install(TARGETS ${installed} EXPORT sconceTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS sconce_ops LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sconce)  # for torch.ops.load_library
install(DIRECTORY include/sconce DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT sconceTargets NAMESPACE sconce:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sconce)

configure_package_config_file(cmake/sconceConfig.cmake.in ${PROJECT_BINARY_DIR}/sconceConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sconce)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sconceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sconceConfig.cmake ${PROJECT_BINARY_DIR}/sconceConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sconce)
