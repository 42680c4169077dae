# Mutants of encryption and compression as CCP and IPCP agree on them; see mutants.cmake.
mutant(mppe_keystream_never_reloaded protocols/ppp/mppe.c
  "    rc4_set_key(state->rc4, state->session_key, state->key_length);" "    rc4_set_key(state->rc4, state->start_key, state->key_length);"
  mppe/mppe-key-per-packet.xml "the first bit of the ciphertext is as often set as not\n[^\n]*\n *seen:")
mutant(mppe_flag_packets_too_often protocols/ppp/mppe.c
  "return (count & 0xff) == 0xff;" "return (count & 0x7f) == 0x7f;"
  mppe/mppe-4096-coherency-wrap-stateful.xml "and no other\n[^\n]*\n *seen:")
