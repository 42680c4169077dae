#include "support/ipsec_recordings.h"

/* Recorded between two hosts with Linux 6.1 and strongSwan 5.9.8, with the keys of their kernels.
 */
const struct ipsec_recording ipsec_recordings[IPSEC_RECORDINGS] = {
    {
        .name = "ipsec-cert-3des-transport",
        .protocol = IPSEC_ESP,
        .mode = IPSEC_TRANSPORT,
        .cipher = CIPHER_3DES_CBC,
        .hash = HASH_SHA1,

        .directions[0] = {.spi = 0xcbf705e7,
                          .cipher_key = "fc28daf50ff57b0d8051e83333d2d38a18f2bf6acdc310dc",
                          .integrity_key = "8f40dc44b7ea0bf3ab264379e68fc069711b6fd5",
                          .packets =
                              {
                                  "450000688918400040329d490a0000020a000001cbf705e7000000016eae"
                                  "8742212b4036abc7d2147cf41095009faa307bb202f88654957731264ee3"
                                  "7cc1e157208147c7da6cf6e92bd9daf220054c5a8d091b06618dcf6d4c53"
                                  "7b829fd36526a13472be82496624",
                                  "450000688919400040329d480a0000020a000001cbf705e7000000023590"
                                  "2b820ea094e19b7e0d5a3e17572c1ba632a517cd5a894533af6b1d2714e2"
                                  "2cea6bf0e39f6b89308bcff7f4e2580c70f5fcc5aea49931156fdbc0c512"
                                  "9fc9453d458ec0d186c9033eb707",
                              }},

        .directions[1] = {.spi = 0xca6fcec0,
                          .cipher_key = "28aa36fbe09c7df17d9ce1b06f1b0b2a1d19bd7fef74fd14",
                          .integrity_key = "e3cf2652a7d3930a448976a92ccc3604c65f62be",
                          .packets =
                              {
                                  "45000068f3dd0000403272840a0000010a000002ca6fcec0000000011bc9"
                                  "568a1c953c329cf36ab35854e580c3e3423ff4493f91b2e443b27d5f5134"
                                  "0e63acbb44cd04b957f7de2a2c53c32a91c2da41a7a99243b2541caa409b"
                                  "d67bec4a1235d82898fe7318a92e",
                                  "45000068f3df0000403272820a0000010a000002ca6fcec0000000024923"
                                  "6ef99f41ce9ce5c5b6c12eb6dcca3f0e3535c3cceadea3464436601ca94b"
                                  "dd7d2de4b1ca78682739821cfbd984d8c60c3d74639d7b0bec33de7c64d8"
                                  "aa19a36f26a80d9984492788790a",
                              }},
    },
    {
        .name = "ipsec-psk-des-md5-tunnel",
        .protocol = IPSEC_ESP,
        .mode = IPSEC_TUNNEL,
        .cipher = CIPHER_DES_CBC,
        .hash = HASH_MD5,

        .directions[0] = {.spi = 0xcddc5464,
                          .cipher_key = "ca9136038f04e670",
                          .integrity_key = "c29729e5b5447b4b380f528c479fb430",
                          .packets =
                              {
                                  "45000078b2524000403273ff0a0000020a000001cddc546400000001123e"
                                  "41c39142869453da92642c0747a821b21ad8df7b95be5cbe1aadc7562bce"
                                  "e59de775bee6b56bc75df4758a02af65be577a43a8c0c1b8f32ebc2f351b"
                                  "687ced9912a4aaf9f00760feb602cea4d064661974773c99b13ff72456f3",
                                  "45000078b2674000403273ea0a0000020a000001cddc546400000002c328"
                                  "d8923a23c81aae6e7ac384604f29c6ba453e55e66ead24e3a1e18cbe5209"
                                  "5d90446a3127885d96664421b33aeb6092a7a103bfb7bf28eec75223158a"
                                  "cbdcdbd0b3d0608a82c1a61d50296d7ed03609bcef57b570d7c11c9a6733",
                              }},

        .directions[1] = {.spi = 0xcbcbc2f2,
                          .cipher_key = "aefb47b9d273f837",
                          .integrity_key = "8fb5a9cbeed81139d2de75e6dcb91621",
                          .packets =
                              {
                                  "45000078c23800004032a4190a0000010a000002cbcbc2f200000001de9f"
                                  "997961f5ba4b3cefb03d398e60f761f6e19e4239cbadd2472d97e32b564d"
                                  "c688a2722d4dabd0a126b37054b81dfbb2fb73ca23516e24c0450ff228af"
                                  "6cdd4aa843e6382a38d35c8e88f984350942073819cfeb2113f562748e40",
                                  "45000078c24d00004032a4040a0000010a000002cbcbc2f2000000029d4e"
                                  "180a963e07af90aca72c7dfd05f493b2658f11ec9da4ec255094fa8fc62c"
                                  "bf93471963df6a31e0b7e5c715b3b187b86d72c6bbc0d910aa1441240944"
                                  "40cd3c9327ecc819fd271fa28a40a89c1fadacd7cf8f0cd0c4b6bc6e9e45",
                              }},
    },
    {
        .name = "ipsec-psk-null-transport",
        .protocol = IPSEC_ESP,
        .mode = IPSEC_TRANSPORT,
        .cipher = CIPHER_NULL,
        .hash = HASH_SHA1,

        .directions[0] = {.spi = 0xc0607461,
                          .cipher_key = "",
                          .integrity_key = "df464c5fd64b4f87faaeacf322f304b55c8e4966",
                          .packets =
                              {
                                  "4500005c8b26400040329b470a0000020a000001c0607461000000010800"
                                  "4e9a068c0001da05016b0000000075160d00000000001011121314151617"
                                  "18191a1b1c1d1e1f2021222324252627010202011e1ff77010796f7afa24"
                                  "68dd",
                                  "4500005c8b35400040329b380a0000020a000001c0607461000000020800"
                                  "4aca068c0002db05016b0000000084e50000000000001011121314151617"
                                  "18191a1b1c1d1e1f202122232425262701020201fdc730880b406557eafc"
                                  "7cb8",
                              }},

        .directions[1] = {.spi = 0xcc162505,
                          .cipher_key = "",
                          .integrity_key = "656260110b1717bfdfc4263b3baab43d30da6333",
                          .packets =
                              {
                                  "4500005cf6e0000040326f8d0a0000010a000002cc162505000000010000"
                                  "569a068c0001da05016b0000000075160d00000000001011121314151617"
                                  "18191a1b1c1d1e1f20212223242526270102020128dfbc5b691eefdfe552"
                                  "2fab",
                                  "4500005cf6e6000040326f870a0000010a000002cc162505000000020000"
                                  "52ca068c0002db05016b0000000084e50000000000001011121314151617"
                                  "18191a1b1c1d1e1f202122232425262701020201354e0b5090ad19917602"
                                  "61b3",
                              }},
    },
    {
        .name = "ipsec-psk-ah-sha1-transport",
        .protocol = IPSEC_AH,
        .mode = IPSEC_TRANSPORT,
        .cipher = CIPHER_NULL,
        .hash = HASH_SHA1,

        .directions[0] = {.spi = 0xcfafff85,
                          .cipher_key = "",
                          .integrity_key = "1f83753e38097249b372a9ae8553e75999dad3c4",
                          .packets =
                              {
                                  "4500005c8a32400040339c3a0a0000020a00000101040000cfafff850000"
                                  "000134280cb8312d4bc3818a49ea0800389505d20001cf05016b00000000"
                                  "a0d5030000000000101112131415161718191a1b1c1d1e1f202122232425"
                                  "2627",
                                  "4500005c8a38400040339c340a0000020a00000101040000cfafff850000"
                                  "0002d233727821e3681c8295ca5e0800316705d20002cf05016b00000000"
                                  "a402070000000000101112131415161718191a1b1c1d1e1f202122232425"
                                  "2627",
                              }},

        .directions[1] = {.spi = 0xc20face7,
                          .cipher_key = "",
                          .integrity_key = "6a49215875d5eb35c65965645d61ab0f14930f8c",
                          .packets =
                              {
                                  "4500005cf4580000403372140a0000010a00000201040000c20face70000"
                                  "000107bb342807562e4573baf0d30000409505d20001cf05016b00000000"
                                  "a0d5030000000000101112131415161718191a1b1c1d1e1f202122232425"
                                  "2627",
                                  "4500005cf4680000403372040a0000010a00000201040000c20face70000"
                                  "0002ed2ef06ff7c707ba44906f4d0000396705d20002cf05016b00000000"
                                  "a402070000000000101112131415161718191a1b1c1d1e1f202122232425"
                                  "2627",
                              }},
    },
    {
        .name = "ipsec-psk-ah-md5-tunnel",
        .protocol = IPSEC_AH,
        .mode = IPSEC_TUNNEL,
        .cipher = CIPHER_NULL,
        .hash = HASH_MD5,

        .directions[0] = {.spi = 0xc9234dc1,
                          .cipher_key = "",
                          .integrity_key = "ec9d36bf0ee66fc41735b56203dd30ef",
                          .packets =
                              {
                                  "45000070b782400040336ed60a0000020a00000104040000c9234dc10000"
                                  "0001c19dc5f35f0525a7267fb6e945000044d980400040014d340a010001"
                                  "0a02000108007669062d0001d405016b0000000055a60b00000000001011"
                                  "12131415161718191a1b1c1d1e1f2021222324252627",
                                  "45000070b789400040336ecf0a0000020a00000104040000c9234dc10000"
                                  "0002dee84c8957e3a93b9686fa7f45000044d990400040014d240a010001"
                                  "0a0200010800aa34062d0002d405016b000000001eda0e00000000001011"
                                  "12131415161718191a1b1c1d1e1f2021222324252627",
                              }},

        .directions[1] = {.spi = 0xcd1a5cc5,
                          .cipher_key = "",
                          .integrity_key = "38b58104b0c0aac7e2fbb4cc0cdee72d",
                          .packets =
                              {
                                  "45000070c47400004033a1e40a0000010a00000204040000cd1a5cc50000"
                                  "0001a6e616141ad78c30a57bf32f45000044e2640000400184500a020001"
                                  "0a01000100007e69062d0001d405016b0000000055a60b00000000001011"
                                  "12131415161718191a1b1c1d1e1f2021222324252627",
                                  "45000070c48000004033a1d80a0000010a00000204040000cd1a5cc50000"
                                  "000298cd4b58bed6b6c27190760045000044e26700004001844d0a020001"
                                  "0a0100010000b234062d0002d405016b000000001eda0e00000000001011"
                                  "12131415161718191a1b1c1d1e1f2021222324252627",
                              }},
    },
    {
        .name = "l2tpipsec-psk-3des",
        .protocol = IPSEC_ESP,
        .mode = IPSEC_TRANSPORT,
        .cipher = CIPHER_3DES_CBC,
        .hash = HASH_SHA1,

        .directions[0] = {.spi = 0xc8ff3cfe,
                          .cipher_key = "af592c966ff33f32746f5b5588e72823014bc9c98761ce71",
                          .integrity_key = "d363784cf8b5c77b7a0c7e852733b7dcb1e2be7a",
                          .packets =
                              {
                                  "450000a0b4e04000403271490a0000020a000001c8ff3cfe000000012be8"
                                  "be3ef2c19c72212d927947b4bc3a570897ca377020eba68ca48d358a0eec"
                                  "30828c7680e1e6946baa8c0f72a6fc73eb76728e42d56e501bc69614d587"
                                  "1f45025208b0bfc0b3ce718670cbf77b267f86c7b49424fd4c80c0a21055"
                                  "34fb6c0360b89ca6f2bc4c025ae9853a600a3c63c3c388b3fa384e9ea1c4"
                                  "434b3cec809ec8ccb2da",
                                  "45000050b4e14000403271980a0000020a000001c8ff3cfe000000027a61"
                                  "c484cb92eb85879e34ac75087de97c7944c5364b3700e78ed48c68a26f70"
                                  "4e05bf41a24bf35141a9e8b53ff81997fcb87518",
                              }},

        .directions[1] = {.spi = 0xc54e2a63,
                          .cipher_key = "4d0c3d0d3a598bddb50cbd96e861b767245c402d77e44b14",
                          .integrity_key = "eba03984a77db8ef6393319e3253afc8c67bfa2f",
                          .packets =
                              {
                                  "450000a0fd6f4000403228ba0a0000010a000002c54e2a63000000013b9a"
                                  "bd5d9d8a680da53e1e7154492bdf468f1b62b53e4362af03a30ea92198fc"
                                  "bd6ba36c91333d851994b7d4bd9ce294f522a132bf8c22db99c4441dec3b"
                                  "f599513440b9b307f31efdda93de3e8de2b4d2e0c1395eebdf27cc894687"
                                  "0ab92918e369f7847be78352711f30d756302a738655a840caa7e572f88f"
                                  "fb024bfbda1ba4d6d8b1",
                                  "45000048fd704000403229110a0000010a000002c54e2a6300000002c164"
                                  "0b561c3c97f74c6f1c42d5ca6776bbe194ff7856f9662a81450c3df6b45c"
                                  "d69d52bfbc6c6860c1a72ca8",
                              }},
    },
    {
        .name = "natt-l2tpipsec-psk-3des",
        .protocol = IPSEC_ESP,
        .mode = IPSEC_TRANSPORT,
        .cipher = CIPHER_3DES_CBC,
        .hash = HASH_SHA1,
        .port = 4500,

        .directions[0] = {.spi = 0xc65d2655,
                          .cipher_key = "e979ea0de4395e03de7ce9b86120ccade3aa9caf4a7b77f7",
                          .integrity_key = "3e861b979c8c4925809155b50331d769eb0b817a",
                          .packets =
                              {
                                  "450000a87d24400040118e73c0a83202cb0071021194119400940000c65d"
                                  "265500000001c3bd73129b09030d45390c17cb17a162172392a2113584c2"
                                  "2bfc5adebf7c7ea1a124c4cf1c7405dc9afd7a4722adc05dd483fa66515a"
                                  "089b754a060980b72ade652180daba0cdf821f1abc52169037617f3c8850"
                                  "091f9999952f0a5e75dc09d911f62be7e9b4c24b6ed87977b68d06f29dba"
                                  "54fcc506a0cc8a621623cb9a686f4a75325d",
                                  "450000587d25400040118ec2c0a83202cb0071021194119400440000c65d"
                                  "2655000000023470c0d11a2cef5dfc2e2e055537e0c593e843dd45e99cb6"
                                  "62554f0c3fe527e02f9577e4a34514cc1be3df34c120f11ac8ae0df8",
                              }},

        .directions[1] = {.spi = 0xc9cf40b6,
                          .cipher_key = "1edca9195e0e905a95572b2b869019a55426a71879f42511",
                          .integrity_key = "124f664b92bbc7b049351e3204bcf2293375def1",
                          .packets =
                              {
                                  "450000a8edf640003f111ea1cb007102c0a832021194119400940000c9cf"
                                  "40b6000000011b34d7fa52303dd47a2a13961a62fad81388c27a6942f6b0"
                                  "15a2028aaa46fbac0ff49cb8136d9eb391a05508808d1a6afa525b3bc4c4"
                                  "9393b6d05aa2a7a2619868c454eb7792eae9256112d417ad371a17ccdc1b"
                                  "97d696fd456e69dc50d64f7e7dda1bb3a4b32e1451dc28fc850b527c7b27"
                                  "f6e29112a95148e92f498122dc90e6d2b5c3",
                                  "45000050edf740003f111ef8cb007102c0a8320211941194003c0000c9cf"
                                  "40b60000000247f51ea9d9db2bcad647cfde1e6d3331852a8cb7a3f1f6f4"
                                  "30eb8b10b51080fa34040d4c087cc290a81504d4",
                              }},
    },
};
