# Mutants of encryption and compression as CCP and IPCP agree on them; see mutants.cmake.
mutant(mppe_keystream_never_reloaded protocols/ppp/compression/mppe.c
  "    rc4_set_key(state->rc4, state->session_key, state->key_length);" "    rc4_set_key(state->rc4, state->start_key, state->key_length);"
  mppe/mppe-key-per-packet.xml "the first bit of the ciphertext is as often set as not\n[^\n]*\n *seen:")
mutant(mppe_flag_packets_too_often protocols/ppp/compression/mppe.c
  "return (count & 0xff) == 0xff;" "return (count & 0x7f) == 0x7f;"
  mppe/mppe-4096-coherency-wrap-stateful.xml "and no other\n[^\n]*\n *seen:")
mutant(mppe_weakest_wins protocols/ppp/ccp.c
  "    if (bits & CCP_MPPE_128)
        return CCP_MPPE_128;
" ""
  mppe/mppe-strength-negotiation.xml "the strongest common length wins\n[^\n]*\n *seen:[^\n]*strength=56")
mutant(encryption_never_enforced protocols/ppp/ppp_session_network.c
  "if (required && self->phase == PPP_PHASE_NETWORK)" "if (false)"
  mppe/mppe-required-not-enforced-regression.xml "a dial of client[^\n]*fails with error 742")
mutant(encrypted_but_not_compressed protocols/ppp/ccp_data.c
  "uint16_t bits = mppc_compress(&ccp->mppc_compressor, packet, flush);" "uint16_t bits = 0;"
  mppe/mppc-then-mppe.xml "each is compressed and encrypted\n[^\n]*\n *seen:")
mutant(mppc_never_started protocols/ppp/ccp_data.c
  "if (status == STATUS_OK && ccp->peer_agreed & CCP_MPPC) {" "if (false) {"
  ppp/ppp-compression-mppc.xml "each is marked as compressed, none as encrypted\n[^\n]*\n *seen:")
mutant(vj_trusts_a_noisy_line sim/nodes/serial_port.c
  "    if (damaged(port) != before)" "    if (false)"
  dial-up/ppp-vj-header-compression.xml "the client tosses the segments behind a damaged one\n[^\n]*\n *seen:")
mutant(vj_agreed_and_not_used protocols/ppp/network/ipcp.c
  "return ipcp->compresses ? vj_compress(&ipcp->vj_compressor, packet) : VJ_PROTOCOL_IP;" "return VJ_PROTOCOL_IP;"
  dial-up/ppp-vj-header-compression.xml "an acknowledgment is seven octets or fewer\n[^\n]*\n *seen:")
