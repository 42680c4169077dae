# Mutants of certificates in IKE; see mutants.cmake.
mutant(certificates_valid_a_day_early protocols/crypto/peer_certificate.c
  "(time_t)check->time" "(time_t)check->time + 86400"
  ipsec/ike-certificate-not-yet-valid.xml "ike.certificate.refused at client[^\n]*\n *seen: +not at all")
mutant(certificates_of_issuers_overlooked protocols/crypto/peer_certificate.c
  "for (size_t i = 0; others && i < check->other_count; i++)" "for (size_t i = 1; others && i < check->other_count; i++)"
  ipsec/ike-mm-certificate.xml "each has checked the other's certificate before L2TP begins\n[^\n]*\n *seen: +step 3 of 7")
mutant(certificates_by_common_name_alone protocols/ike/ike_certificates.c
  "enum certificate_claim claim = claim_of(certificate, identity);" "enum certificate_claim claim = CERTIFICATE_CLAIMS_NONE;"
  ipsec/ike-alternative-names.xml "ping through[^\n]*\n[^\n]*answered not at all")
mutant(certificates_claim_whatever_is_asked protocols/crypto/peer_certificate.c
  "if (is_name(known, name, length)) {" "if (name[0] != 0 && length > 0) {"
  ipsec/ike-alternative-names.xml "never ike.main-mode.established at client")
mutant(certificates_first_is_the_peers protocols/ike/ike_certificates.c
  "    chain_order(&chain, identity);\n" ""
  ipsec/ike-certificates-wrapped.xml "ping through[^\n]*\n[^\n]*answered not at all")
