# Mutants of authentication; see mutants.cmake.

mutant(any_server_will_do protocols/ppp/chap_algorithm_mschap.c
  "           memcmp(digest, expected, sizeof expected) == 0;" "           true;"
  authentication/ppp-masquerading-server.xml "fails with error 778 before 3 s\n *seen: +no such failure")
mutant(weak_keys_of_the_nt_hash protocols/ppp/mppe_keys.c
  ".weak_keys = lm_hash ? MPPE_WEAK_OWN : MPPE_WEAK_NONE" ".weak_keys = MPPE_WEAK_FROM_START"
  authentication/mschapv1-password-over-14.xml "fails with error 741 before 3 s\n *seen: +no such failure")
mutant(one_character_set_for_all protocols/crypto/oem.c
  "code_page == OEM_CODE_PAGE_437 ? high_437 : high_850" "high_850"
  authentication/password-non-ascii.xml "with received = 0, at least once\n *seen: +not at all")
mutant(no_method_of_the_nak protocols/ppp/ppp_auth_eap.c
  "!(auth->eap.tried & 1u << index))" "false)"
  authentication/ppp-auth-matrix.xml "with method = eap-md5, once\n *seen: +not at all")
mutant(password_changed_in_name_only sim/nodes/rras_caller.c
  "    user->password = text;\n" "    (void)text;\n"
  authentication/ppp-password-expired-change.xml "the old password counts no more\n")
