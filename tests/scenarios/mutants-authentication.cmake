# Mutants of authentication; see mutants.cmake.

mutant(any_server_will_do protocols/ppp/auth/chap_algorithm_mschap.c
  "           memcmp(digest, expected, sizeof expected) == 0;" "           true;"
  authentication/ppp-masquerading-server.xml "fails with error 778 before 3 s\n *seen: +no such failure")
mutant(weak_keys_of_the_nt_hash protocols/ppp/compression/mppe_keys.c
  ".weak_keys = lm_hash ? MPPE_WEAK_OWN : MPPE_WEAK_NONE" ".weak_keys = MPPE_WEAK_FROM_START"
  authentication/mschapv1-password-over-14.xml "fails with error 741 before 3 s\n *seen: +no such failure")
mutant(one_character_set_for_all protocols/crypto/oem.c
  "code_page == OEM_CODE_PAGE_437 ? high_437 : high_850" "high_850"
  authentication/password-non-ascii.xml "with received = 0, at least once\n *seen: +not at all")
mutant(no_method_of_the_nak protocols/ppp/auth/ppp_auth_eap.c
  "!(auth->eap.tried & 1u << index))" "false)"
  authentication/ppp-auth-matrix.xml "with method = eap-md5, once\n *seen: +not at all")
mutant(password_changed_in_name_only sim/nodes/rras_caller.c
  "    user->password = text;\n" "    (void)text;\n"
  authentication/ppp-password-expired-change.xml "the old password counts no more\n")
mutant(certificates_never_expire protocols/ppp/auth/eap_tls.c
  "config->start + (int64_t)(now / INSTANT_SECOND)" "INT64_C(950745600)"
  authentication/eap-tls-certificates.xml "fails with error 801 before 3 s\n *seen: +no such failure")
mutant(any_certificate_proves_any_name protocols/ppp/auth/ppp_auth_eap_tls.c
  "if (!certificate_is_of_peer(auth))" "if (false)"
  authentication/eap-tls-certificates.xml "with reason = certificate-of-another[^\n]*\n *seen: +not at all")
mutant(one_half_of_the_msk_for_both protocols/ppp/compression/mppe_keys.c
  "memcpy(keys->send, server ? by_authenticator : by_peer, MPPE_KEY_SIZE);"
  "memcpy(keys->send, by_peer, MPPE_KEY_SIZE);"
  authentication/eap-tls-mppe.xml "and what the server sends\n *expected: [^\n]*\n *seen: +[^\n]*not at all")
mutant(fragments_longer_than_the_link protocols/ppp/auth/ppp_auth_eap_tls.c
  "auth->config.mtu ? auth->config.mtu : DEFAULT_MTU" "DEFAULT_MTU"
  authentication/eap-tls-fragments.xml "the first is as long as the MRU[^\n]*\n *expected: [^\n]*\n *seen: +0 of")
mutant(machine_s_own_randomness protocols/crypto/seeded_random.c
  "    entropy_fill(*generator->source, octets, length);\n"
  "    static uint64_t calls; struct entropy other = entropy_make(calls++, \"\"); entropy_fill(&other, octets, length);\n"
  authentication/eap-tls-mppe.xml "a second run with seed 1 wrote another")
