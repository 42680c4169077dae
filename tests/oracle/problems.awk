# problems.awk NAMES OUTPUT...: what is wrong with the traces whose dissection (the fields of check-trace.sh) is
# in the files OUTPUT; NAMES says "OUTPUT<tab>TRACE". Sets the exit status when there is anything.
# -v allow=, -v wanted= and -v malformed=, -v readable=, -v frames=: what is allowed, whether malformed frames
# are counted, and the files for the numbers of malformed, readable and all frames.
BEGIN {
    FS = "\t"
    # True statements about simulated loss and refusal, not about an encoding.
    good = "^(Connection reset|This frame is a \\(suspected\\)|Previous segment|ACKed segment that wasn|" \
        "TCP [Zz]ero [Ww]indow|TCP window specified|A new tcp session is started|No response seen|D-SACK|" \
        "Vulnerable to MITM attacks)"
    split("IP TCP UDP ICMP GRE", layer, " ")
    most = 40
}

function has(list, value) { return list ~ ("(^|\037)" value "(\037|$)") }

function bad(text) {
    if (bad_frames++ == 0) print name[FILENAME] ":"
    if (bad_frames <= most) printf "  frame %s: %s\n", $1, text
    found = 1
}

NR == FNR { name[$1] = $2; next }

FNR == 1 { bad_frames = 0; split("", seen) }

{ count++ }

# An encrypted message of IKE that has come before shows as malformed: the vector is that behind it.
has($18, 1) && seen[$19]++ { next }

{
    closed = ""
    if ($15 != "" && $16 == "") closed = "ESP is not decrypted"
    else if (has($17, 1)) closed = "the ICV of ESP is bad"
    else if (has($18, 1) && $20 == "") closed = "IKE is not decrypted"
    if (closed != "" && $2 !~ /:icmpv?6?:ip/) bad(closed)
    else if ($15 != "" || has($18, 1)) readable_frames++
    is_malformed = $2 ~ /_ws\.malformed/ || $6 ~ /(^|\037)Malformed Packet/
    if (is_malformed && wanted != "") malformed_frames++
    else if ($2 ~ /_ws\.malformed/) bad("malformed: " $2)
    if ($2 ~ /_ws\.short/ || $5 + 0 < $4 + 0) bad("cut short: " $5 " of " $4 " octets")
    if ($2 ~ /_ws\.unreassembled/) bad("unreassembled fragment")
    # What an ICMP error quotes is cut off, and its TCP or UDP checksum is that of the whole.
    quoted = $2 ~ /:icmp:ip:/
    # Transport mode over UDP: the addresses that a checksum was made with are others behind a NAT.
    translated = $2 ~ /:udpencap:esp:(tcp|udp)/
    # Severities of Wireshark 4: 6291456 is a warning, 8388608 an error.
    n = split($3, severity, "\037"); split($6, message, "\037")
    for (i = 1; i <= n; i++) {
        if (severity[i] + 0 < 6291456 || (allow != "" && message[i] ~ allow)) continue
        if (severity[i] + 0 < 8388608 && message[i] ~ good) continue
        if (is_malformed && wanted != "" && message[i] ~ /^Malformed Packet/) continue
        if ((quoted || translated) && message[i] ~ /^Bad checksum/) continue
        bad("expert: " message[i])
    }
    for (i = 7; i <= 11; i++) {
        wrong = "wrong checksum: " layer[i - 6]
        if (has($i, 0) && !((quoted || translated) && (i == 8 || i == 9)) && !(allow != "" && wrong ~ allow))
            bad(wrong)
    }
    if ($2 ~ /^eth/ && $14 ~ /Encrypted Handshake Message/) bad("TLS is not decrypted")
    if ($12 $13 != "") bad("reassembly error: " $12 $13)
}

END {
    print malformed_frames + 0 >malformed
    print readable_frames + 0 >readable
    print count + 0 >frames
    exit found
}
