# Mutants of IKE; see mutants.cmake.
mutant(ike_delete_without_cap protocols/ike/ike_delete.c
  ".maximum_ms = 16000," ".maximum_ms = 0,"
  ipsec/ike-reliable-delete.xml "and 16 again\n")
mutant(ike_idle_for_six_minutes protocols/ike/ike_profile.c
  ".child_idle_ms = 300000," ".child_idle_ms = 360000,"
  ipsec/qm-idle-5min.xml "five minutes after the last packet, not before\n")
mutant(ike_replaced_too_early protocols/ike/ike_child.c
  "old->state = IKE_CHILD_REPLACED;" "old->state = IKE_CHILD_REPLACED;\n    ike_child_doom(state, old, IKE_CAUSE_REPLACED, true);\n    return;"
  ipsec/esp-key-lifetime-rekey.xml "not one is lost\n")
mutant(ike_newer_one_sends_at_once protocols/ike/ike_quick_mode.c
  "bool known = !exchange->initiator || exchange->quick.commit;" "bool known = true;"
  ipsec/esp-renewal-overlap.xml "not one is lost\n")
mutant(ike_cookie_for_anybody protocols/ike/ike_responder.c
  "if (memcmp(cookie, incoming->header.responder_cookie, sizeof cookie) == 0)" "if (cookie[0] == 0)"
  ipsec/ike-responder-flood.xml "ping during is answered once\n")
mutant(ike_fragments_at_once_forgotten protocols/ike/ike.c
  "phase1->fragmenting = true;" "phase1->fragmenting = false;"
  ipsec/ike-fragments-blocked.xml "whoever has got fragments sends them at once\n")
mutant(ike_dead_peer_not_noticed protocols/ike/ike_dpd.c
  "        phase1->dpd_unanswered++;\n" ""
  ipsec/ike-dead-peer.xml "phase 1 begins anew\n")
