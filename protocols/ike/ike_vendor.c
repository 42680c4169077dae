#include "ike/ike_vendor.h"

#include <assert.h>
#include <string.h>

/* Every one but that of DPD and XAUTH is the MD5 of the text that it stands for. */
static const struct {
    const char *name;
    uint8_t length;
    uint8_t octets[16];
} vendors[IKE_VENDORS] = {
    [IKE_VENDOR_MS_NT5] = {"MS NT5 ISAKMPOAKLEY",
                           16,
                           {0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96, 0xfc, 0xbf,
                            0xb5, 0x87, 0xe4, 0x61}},
    [IKE_VENDOR_FRAGMENTATION] = {"FRAGMENTATION",
                                  16,
                                  {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde,
                                   0x7f, 0x00, 0xd6, 0xc2, 0xd3}},
    [IKE_VENDOR_INITIAL_CONTACT] = {"Vid-Initial-Contact",
                                    16,
                                    {0x26, 0x24, 0x4d, 0x38, 0xed, 0xdb, 0x61, 0xb3, 0x17, 0x2a,
                                     0x36, 0xe3, 0xd0, 0xcf, 0xb8, 0x19}},
    [IKE_VENDOR_NLB_PRESENT] = {"NLBS_PRESENT",
                                16,
                                {0x72, 0x87, 0x2b, 0x95, 0xfc, 0xda, 0x2e, 0xb7, 0x08, 0xef, 0xe3,
                                 0x22, 0x11, 0x9b, 0x49, 0x71}},
    [IKE_VENDOR_GSSAPI] = {"GSSAPI",
                           16,
                           {0x62, 0x1b, 0x04, 0xbb, 0x09, 0x88, 0x2a, 0xc1, 0xe1, 0x59, 0x35, 0xfe,
                            0xfa, 0x24, 0xae, 0xee}},
    [IKE_VENDOR_NAT_T_00] = {"draft-ietf-ipsec-nat-t-ike-00",
                             16,
                             {0x44, 0x85, 0x15, 0x2d, 0x18, 0xb6, 0xbb, 0xcd, 0x0b, 0xe8, 0xa8,
                              0x46, 0x95, 0x79, 0xdd, 0xcc}},
    [IKE_VENDOR_NAT_T_02] = {"draft-ietf-ipsec-nat-t-ike-02\\n",
                             16,
                             {0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81,
                              0xb5, 0xec, 0x42, 0x7b, 0x1f}},
    [IKE_VENDOR_NAT_T_02_PLAIN] = {"draft-ietf-ipsec-nat-t-ike-02",
                                   16,
                                   {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd,
                                    0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48}},
    [IKE_VENDOR_NAT_T_03] = {"draft-ietf-ipsec-nat-t-ike-03",
                             16,
                             {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d,
                              0x92, 0x15, 0x52, 0x9d, 0x56}},
    [IKE_VENDOR_NAT_T_RFC] = {"RFC 3947",
                              16,
                              {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28,
                               0xf2, 0x0e, 0x95, 0x45, 0x2f}},
    [IKE_VENDOR_DPD] = {"Dead Peer Detection",
                        16,
                        {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc,
                         0x77, 0x57, 0x01, 0x00}},
    [IKE_VENDOR_XAUTH] = {"XAUTH", 8, {0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12}},
};

const uint8_t *ike_vendor_octets(enum ike_vendor vendor, size_t *length)
{
    *length = vendors[vendor].length;
    return vendors[vendor].octets;
}

const char *ike_vendor_name(enum ike_vendor vendor)
{
    return vendors[vendor].name;
}

/* A version follows that of Windows, flags may follow FRAGMENTATION; all others stand alone. */
static bool length_fits(size_t vendor, size_t length)
{
    size_t own = vendors[vendor].length;
    if (vendor == IKE_VENDOR_MS_NT5)
        return length == own + 4;
    return length == own || (vendor == IKE_VENDOR_FRAGMENTATION && length == own + 4);
}

int ike_vendor_recognise(const struct isakmp_payload *payload)
{
    for (size_t i = 0; i < IKE_VENDORS; i++)
        if (length_fits(i, payload->length) &&
            memcmp(payload->body, vendors[i].octets, vendors[i].length) == 0)
            return (int)i;
    return -1;
}

uint32_t ike_vendor_set(const struct isakmp_message *message, uint32_t *ms_version)
{
    uint32_t set = 0;
    if (ms_version)
        *ms_version = 0;
    for (size_t i = 0; i < message->count; i++) {
        const struct isakmp_payload *payload = &message->payloads[i];
        int vendor = payload->type == ISAKMP_PAYLOAD_VENDOR_ID ? ike_vendor_recognise(payload) : -1;
        if (vendor < 0)
            continue;
        set |= IKE_VENDOR_BIT(vendor);
        if (vendor == IKE_VENDOR_NAT_T_02 || vendor == IKE_VENDOR_NAT_T_02_PLAIN)
            set |= IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02) | IKE_VENDOR_BIT(IKE_VENDOR_NAT_T_02_PLAIN);
        if (vendor == IKE_VENDOR_MS_NT5 && ms_version)
            *ms_version = wire_load_u32(payload->body + vendors[vendor].length);
    }
    return set;
}

void ike_vendor_build(struct isakmp_builder *builder, enum ike_vendor vendor, uint32_t version)
{
    isakmp_build_open(builder, ISAKMP_PAYLOAD_VENDOR_ID);
    wire_put_octets(&builder->writer, vendors[vendor].octets, vendors[vendor].length);
    if (vendor == IKE_VENDOR_MS_NT5)
        wire_put_u32(&builder->writer, version);
    isakmp_build_close(builder);
}
