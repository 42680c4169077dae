/*
 * A transfer of 8,106 octets over a PPTP link between two pppd, both with 16 slots and compressed
 * slot numbers, as it was recorded: what pppd compressed is restored, and the restored datagrams
 * compress to the same octets again.
 */
#include "ppp/compression/vj.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

/** One frame behind its PPP protocol field. */
struct frame {
    uint16_t protocol;
    const char *headers;
    const char *data; /**< octets that follow the headers: text */
};

static const struct frame client_frames[] = {
    {0x0021,
     "4500003c6a7640004006b4e9c0a84d0ac0a84d01c1e21b588eb991f600000000a002ff00c04800000204055004020"
     "80a15145abf0000000001030307",
     ""},
    {0x002f,
     "450000346a7740004000b4f0c0a84d0ac0a84d01c1e21b588eb991f7f2c64b73801001fe43b100000101080a15145"
     "abf08a9610f",
     ""},
    {0x002f,
     "450000346a7840004000b4efc0a84d0ac0a84d01c1e21b588eb991f7f2c650b7801001f63e6d00000101080a15145"
     "ac508a96111",
     ""},
    {0x002d, "06392f00fffa000544", ""},
    {0x002d, "0633f200fff9000544", ""},
    {0x002d, "062eb600fff8000544", ""},
    {0x002d, "06297900fff9000544", ""},
    {0x002d, "06243d00fff8000544", ""},
    {0x002d, "04242b12", ""},
    {0x0021,
     "450000346a7f40004006b4e8c0a84d0ac0a84d01c1e21b588eb991f7f2c66b1e801101f6240300000101080a15145"
     "ac708a96111",
     ""},
};

static const struct frame server_frames[] = {
    {0x0021,
     "4500003c0000400040061f60c0a84d01c0a84d0a1b58c1e2f2c64b728eb991f7a012fcc01a8600000204055004020"
     "80a08a9610f15145abf01030307",
     ""},
    {0x002f,
     "4500057880764000400099adc0a84d01c0a84d0a1b58c1e2f2c64b738eb991f7801001fa180800000101080a08a96"
     "11115145abf",
     "Af4O4L2b9XomVH2GipAnMYngfadJd9WtM0axHTwWizwh3dya+1vnIVRWkWdEEJ/0Uqwu946sYL3L\n"
     "BMogCL45r6IOerIPDtU4dWzu4SsWfcHxzQQ26RZzrfZ4pyXuAwllhF4fxAzvNYMBJ5OtiHiyM48m\n"
     "C+BkfI7UvsGlV+RSZcgPQUFoi8QLNL/Fi5KdhhoROhIe7kw6SU+xInH3E5wza/Cq0D4gmXDINljT\n"
     "N8N+sF0AgXpRsnhFdYRgsNSNAHVowsk+S03158QPPF4vl/DcmK926lJhhCQrz8/jXOPjfX6OyBda\n"
     "+8yqDZd/Uo09oF79kvY8fAULKuql4wnWczqStT2h+FVLPewU3dxL0flgi/c2F0Njh/7UudewAbTV\n"
     "HvRLJ+sf+Z1X1LtdDrcO7S6LVTovbVo6oAf4IsoQnyvk+t6Fk2vxrmijJti6zPfXr4B2Q9U9MZx1\n"
     "3NBPXr1rt5gFckQvrD5Akxi8GRQC0jFbboY5r6whaKVSjl1U2erzhQEr5ihtnRn7KIH6WgDPTP55\n"
     "KNN9iREaFy99EcIWSeq11LeEl80K4qsI1Fjz455BkFynpwAGpUwFRcaiTCdJX5UifHfQqfe+n8OG\n"
     "U558h3UpxNESmFqEVD3W9dKntD+1Y0f8JI72Ps+y98RlAwEdC8sN0Y16vgJEhQYhphOH84CyI+XI\n"
     "0VRqqNLGIqZeH3YTSstW1C0nCBigtSLLceGNNvVMhoxz8CUQ7HW2qfrem9fqL48Mf4Wfx+Tn3dZO\n"
     "CA25hLv6L1uO5OcVGM9u3WTQ/yomQI2gy0dk51WfY9H99xSwM5lEf/nJzsp53r6rihnRsyWDkBq8\n"
     "SROywBIFcV7HeFNTA7/oAiZ5mXGvfSqIhfHttB6X1ueauB7uiLX7ryEqSoncpKbjwPalXt0VsVdv\n"
     "HcDMIQgLcoF6rPUI4mC9v6LhGZexpnDhDbH61l2yFvnY+6lVbzwPL9uie2Y5HB6WxtqiArsV9JGF\n"
     "/4Bb7Q8RDuZim24UAZ1uyXclYQOAZzz/Q9jaHhavr6YepPo/WognYBuudRkVU9tjpS7o0Mur3R1o\n"
     "DjxSOhaLqS841OqAf2Kb7mgkAOFCwJvF6p4vVe3Xku3o6NGva5Wt9ig/1nOGN/yuPPJsVijHvrQ7\n"
     "EmBojUdl/JH9c9xOdU/LrIrSwlzWWFgYCWy4UQldrWdV2AERqeQ9cZaA5mfTnH6uP07M2tn0pDTT\n"
     "DGuK9nNrfBmOQOrf3UOrRiu8GS2vc6YYpCCO1gjaWN10WVQtZ387SGJkXYysYCnEotnyMqEacCp8\n"
     "XxAWVHsqFG1+0wPB80BWWAOOnRF+WJ1cutSAeVq"},
    {0x002d, "0fa4ae",
     "WrdYFR6qG1nr13Qh7Js6CTvFuFKLMkr7Gfcrl\n"
     "8Wn/Lp8H5/RIUB8W6Q8ap96Xx8/rX5cadVB6nUfhtYoqKt+8Ahe0i7ZDQki+4dMlrUy1zpr0fzLp\n"
     "HIOS+Mo2tvthLH4UVBOvYyWiu0i70tFBZAS+suC3fMm3iQbh8Uf8m195QSqSeIbyum4jb843W0cC\n"
     "7NjQjX2ZkOg8EiC/g6ITYB+j/yIZvp2iqutcsYK+hpv73zG/JrrsuVT2fwRA/OZXD+GJv9sgrufL\n"
     "sBxmlYpkM/GO06MZQFV37I2bZkSMYqDxFro96L2QY9P9cWxtU0FPXReL1MK43d9J301k9rNTzRRA\n"
     "cyF0fnUAj3Ng5RYgHZbopD0z43rxNgL8jOv5Ud+RR0g3lbgbEJBfH9+Qstc15aKeZ/55/WVWtcva\n"
     "vC10qMGK3yu3lFjfbmCuC5n464j5RGh16sLzeQT4WgWB882GXIRbNp1f7PwC6ze3893NgalZgtbA\n"
     "Bf1dw1TbiKwq/Opd39Lyw9Dh/CslKErIYg95j2TOuo/Vin0bfPFCrr25fl6vqITOoAg+UTBcDlDB\n"
     "Ar6VubGIS/mu2m84ZWhsckhOJaR1qpabApenfiSxTsSXFeDKBUAGHFVZCHS1F0ng/j4Mh7r2TVC+\n"
     "PwiHBeX6iVwk00XuuVhsFJNNojNL/HrFhth0WyXsgMZb+aPx2dHlefspjqPUhgGf+25Wi9eYrW/l\n"
     "FOKYgSL3V+nArZUpMOV9y9S6+8YmKMyb/lDXaCOItYWgTiZ6weKxDXYOJxWVQ6X3PmxXihLT+op4\n"
     "e6uW0KquMmxeCjqUtfVlQIOVhQacJQ6SvYFQRGZKjIj6R5vErrkf1vC6n1xUPx11xCEWMb3n0SCP\n"
     "xJ+a3vilhKurl/RNBX9bSOl6coGdPeIbOPlXH4OLzJQYzF2ErVo5T5LX2TMgZfjna8b2dXOwT0SY\n"
     "tXEyxdOyojIKOqPxyPC5cdIjmqMY1nSmSbkQX5L9zGWddZ5OqpU6KIOmUGxfWdOuN7RgHSaHYl+u\n"
     "pXaBAQ8lsZ+XI+xaZ7TA6oGYdwJQ+1ZxmdN/5I9R8ea8orTxMmwHa8Mu9ZoiTlGuhQycC6tQYkWG\n"
     "wPCvcJP4tgMN3I1L+//Wj3IcqTwxwe/P1sEbq5+ntnj6dOZTdJh0XoVUG3BjQTq37lZku5jXx4ym\n"
     "FhWDnrgfqviseX9IX0TZPEmbyNxQ6EODiiN13V2tpG+apyIlSfXVti5EmnLubIrwoye1bDy0iPyi\n"
     "aiPHllkvIw2VXNpKcdqK2Kt5s0XTHp4wGG0R5LgeSmgEvIoHNKn8s9PLYvvsyzJIHEbUZLGeYaoV\n"
     "6"},
    {0x002d, "0fe679",
     "ND8Lzdb+aN3blX7JuG2tyuL9BDHyQhwlfSs9suhouGOmj6wZ3iPpAiFk9eguq1Qx7vb+j847v8X\n"
     "uhHea+UxJ7LEo2LQN1mR9amMOhsNpaAcHkbNndA2Qw0AuTBcR7obCmzRYcZN+OsjY3FBjeOM7dnx\n"
     "OIG+ZIkB4DlnM/hGMgWWFEzieXsbmDfcBHsTrpTikO583UMnbQkCJJiDx6GDK4wR0zJ8eubP2RjG\n"
     "vs7h/9GyLl//pPDnEh5UnGq2ERPGMKZICA2FmPVsKxIbFYaLeDQ37bHZQuoIBLsHsAhFXkBCezNu\n"
     "JQfWjv+FW2ncjkGc7DkfqX9M+RwWsV3b0iH4gW/nDxxDeA9xx5kM6ALXN8LG4EQ3H7+1cc4Gh7iw\n"
     "NmBepF4ZwIUdji70VAB4YUkVWWCOsk+Iar2R2nuKImOMXuWJRDVkclRMR/twX3qe78/52zKjwuka\n"
     "G3mzND6IUfqnHbmMZeCMWn4rnjYhHZK/tkYhlYaDlQ7KvNFXsBpptoLRUXOox3nQ73/+u/aPm3MP\n"
     "cUKgYUcVt5UkwjhUj4VOwNCeiprwvKWSCon36MZpiTbYIPA2RuxkeMUzSq74e/ySQqRtQhntSz9g\n"
     "tz7buxnc76B4/x5hC9omVQeao2gIKawyUTSLtxCBuDPApdOn5pMi1CDnsj8kFn5qwBs1EezbK07t\n"
     "1yq5xeHd6ZboqX0UWtiSG/szLjlLWHhGEeIQsePiNab7wsU1o/9CY0nVxsineudV7J6RFcNCSWFS\n"
     "J+C3gyn9l4h8WuBB94EgeDF2Kq5qtajC8tTKBUUX6+OiPxFCfNcjYU3ifnmI5zh0HQaiN3fW9Rbk\n"
     "F4PbmAx6BqtsaRyI29EkzDjp/g8tyMzGcuFsbo5GUAoqr0G3irci5inG9JYZy5G4fY9shkxfhXot\n"
     "r9PjjnELukuCVzkDMVzgIK5qo/TtDt513GcK0kIQiK5YzsMT9UzZMNijqzF61JTKRDA/GdJhtoKO\n"
     "19DMsb00UGVucU7/YfjxQdrd7Gw39gIIIaYvsxmkC9/NUWz28NiulBiB55dXjlBPbG0PakX5ZuSg\n"
     "k4M4ngXJG+J48A1u2Um1leiZe5HYL7Grbdjy4mqzgNKGdpsXwuOQEKQ/HDZ2D9n+wVhhjmMYV7WH\n"
     "C1NyMeJGjKRPExZczYMt24QpCzGTCSOxi+Gzr7xRTjQQNXODwtjPCEMYdihLgby7Kd6DBKqeMT5z\n"
     "KTsaAKBo2vG5u7KGT+wmZPmh6inU1MEFVcpzAVlY9iAl73Mx5r/kSLzZszqGgOQYGCDp+rHp8w8E\n"
     "+6lHEMUcBrJzRVSnjag4aQlTAqPOXgBkW49j7Aoy"},
    {0x002d, "0f4e72",
     "tniFS502j96owVlHiPEL4qn8H5LRw/X3NCvv\n"
     "7TRYoTkdwngu089cQjJ3g07+Fehwnk8vMhlCT34T7Dk4C7vQtOFqrK44HKEL8LGTRgqdO3TTw+99\n"
     "zIzMWWGerAgbGcPJHfwJ7oDyevE4HFDbiTUVKjLY0sFyx6MCjRTn+toi0cwhmaol3IVr1gdG6joX\n"
     "sEHEHJasg+nQYF6KXgTZ1cAA03OTxrSJkjr6hfp426TB5rWbFP1wIjcVNwxNEcDsqbyVHh2Y0Wfw\n"
     "xFEyAeuLvyKxwwD3jTDyRu7JPVtAuaMZQpt1BRxCeFVYYwPZ1DiYGl0Asb+xV0Yny3eaN5SdzLjd\n"
     "Z9CiOTVqzPp9cvnwzyq5mGErFx7SvsOdi6G2z33QRaBHWNYrONZHGYEQC99107Cp2LFZHJXXy4Ll\n"
     "coE2LjldT1FPGQCW7pPl6tK+dKF6K8WI0M5TQxn46XV/liim/v2QUpYorapulg5jvb2qieqwqcZT\n"
     "K6fBP2+OPNkboWTGB1/liH8QcknGAtaBQu8SthqdgVAwDQ5I1Tf9NvsVi9mN3pPPwGVkFCpTVzWx\n"
     "0XcQTl4an66Q+O0Oyk/3H28aQRrZDijoqhO/MP26XYqt3Dl8FXNJ+jlsPeWPqlNSgXdzd3vVS4dB\n"
     "bsXkP5nL9i7tQgM2BBaaEDQuq+VCJnfDMZNAqy9boTzeSEHBhRj22ixf03zn6a6fFe2uOeE1GrcO\n"
     "RX7htcln6bhaXIkVjcxh85pUJy/9VFV7sqQ/wRylR86igxbwbnCnwd5293P4a4R3fNUlo7hmWHni\n"
     "eAMakElEILLVC/xoEAgrOJZDv960S5JHkD24qU2sGsi59kyvTaGsec9STRJxEUelymLXnNvp+pCs\n"
     "TKeKxyVdeiVxD7SklJJ/PlznrCsK/HUc7EIiyLOiiIPBQRcny8QJBOAGxvg4ZiRSo7+XnVDloDBP\n"
     "mzN8Ts+lEhFlJLGWOiPyEwwhI4DCjdbJxD41SjjNocqnjpk7FKL6zMmfzyQYFgYIqXhg//egA566\n"
     "bkGgNXwmI6IjnI0YAnIs0qIwOUFPWo229USuqqLSxQdQ3+CTMXGKykwrFILxV0kyIbfeHEUze0D6\n"
     "+1C4krt5JUpUd9HEeyngf3nx4x/4B8ukNMJTY+ErKR3aEoVS2cONl+8oXtqnRFXD2y03M94Taqi2\n"
     "qDuymUZgtLeEQn7pTg66YyJvDdZJXNZO4mux8auEahBeCEw8MPI0K0y/obVH5DKGmRYlo87ims3C\n"
     "XE1N3ddJIAvNGP8EZZomYJj1i3Dsl0F/xKTy1spWT5AQUQ+a3nttWLv+U6HRLL1yfIBSpl3vCcmy\n"
     "tN"},
    {0x002d, "1f14b6",
     "7hAwrNDBM8MNgv2G4aIqOoa0J9/JBjVfkXQEwxg9EtbkcadOdJ1bO9wK9ngv1mZ251LUKyUPnT\n"
     "y5/0VETwrzLDz65g0zZQqXBUsO35bHPprJVdxhhTqCF38Si+7Yle6RgdVzdOtpmmx47cWHTaKj6d\n"
     "UiI+ShS/JCbVom5hn+yZgaWYNH9Y1G8h8S3cCDACVYNPeFnf/gbgErWBD0eCbBuy+jkPW4hBpVMx\n"
     "n1fGMozVkOIVwFL+Y+dfm5QxOwBi0MxPvIF3RIAcVNeqv4uWx3zGuTNV57ILYEXkzHIyr0pTeKGO\n"
     "2NzLpbZIYz9wc/3+04gMxqLFUJo24MWxY+cro12uxmIVHUv1aP8HkUjt8f3G0MsDlniM430w5jQF\n"
     "x3hapzgt/vOODmqU9JEgSXx204hEXaFJwrnbvZsduUK8fdA9B5P6mZmKxjzcAFY7ZPBNsEfASTUD\n"
     "z/mV8d532FnPsaaUAMs5ppTyrb/i2JesfgkEraS9fHjfkYBLPTZXDCoWPPn7eUVtca8JtBtrHee+\n"
     "t2uek+ihy2QpMyy8lUhckcOpVLZkT3SQp4nKQkJKOergOLC0Bm3Zjrf/PiWuusLeACIGPddwqtuD\n"
     "kaPka+DwKw+rLESFYRlGtHcFcoFKnJ6qGcQ7nQR5G+3Aiw10VnPeYUHExeHdoeSNbKrw1YWXIAG0\n"
     "hjyq//0YQ+R4dZ95dgVTU0juYqruvr9ijpUKMqUIFSBgKQUv1kG5qB5mFeoYgCPFUtjvutlS1iUn\n"
     "vmVk69NLhLuCfM24m+Epq8QR0Ppfya/sfrMkPaF2iKPEkvL1b8+3rWsbGsJcFA2UAgXlpgxDSUno\n"
     "60etVCHrvPQZf0OaPqGIq56pqpmtjTO2K0dzX3jP2c9XwOZJz2IEH0wgnwlzoFOBlEsy299AI4U1\n"
     "hXPnkXLUKKop38heBw62PqGLKmYKCbz+krK6e8qswg4xSIYJmWmqX9M8WQ+f8dAIrz21naYnlIU2\n"
     "FEvQjboDjqMgAtxOqfnRsLwnTAJ5kXtAVHG4HXg5KJ45wzL4Vvo1Eeioxn73D7ZAqpsIuXK62U4H\n"
     "Mkeubn4a34ikudCaIBplOKFL0qjJfzZKCKmhY7iMgZdLdnGqQrs98LS+ryYRnBUtvezoF1c7flK2\n"
     "m6GNnBWsNHLhYvbcZpMua1GIFQlBtUEljBNXcmMQCfLcEA1Zr4e8lxflu8M1rr4BoM5xw8g2dNli\n"
     "pOOVW8nqxTZTu7MZaDFvKnWZ7uPtUTbUUj6CScxISCv7gwdgArXesBIzH7FcPF1I9Y3tKHHvF8lD\n"
     "Ng9D0+Q7Mh2BdEfcQw25lW2CcqamJ56WdI96BBw59"},
    {0x002d, "0f0708",
     "ZWf6GVV2+cSK8CceHWOGNXpmtNiluSN6wvw\n"
     "RMZQBiqR1bsQslPpNzGqxU7JmHsNDTynTCdpyc/GNLjh4cDyT0VXFj1KObwuXSZyV2DL0adU/RcH\n"
     "9eNTVbGIwsn9vxJ3HwDrHVivymLYFX7+nywLdB0V1/CprYW6xwTQ6htjn/Vqy2PH/T4Tnu3UZaZ9\n"
     "kf8u6mhzuVT4msZzl62w7M4kCoYf+KhMZRV8yxzpwB/Gr2RKy/G+AuHDk5f1CSVi1Lrx/1zSavh8\n"
     "8IabTgrRmmD2MK9uYK7ETCq/E5/CrqzUADR6YaoAFyQ1fEHTHs6g5kEAHW9ljhMMx8oB4vy0Ww5q\n"
     "uiHw2P5l0SCsJvBIDeWaBuKtoqy339UdD7qZlJ89HclwcFaq/ar5DqhJXNceT7ahPYI4ccXAUSlj\n"
     "KBLaSwrytE46v3PeudEVjAbUf3lbMjNV743B+gxrJ8CIUrKWX8zlb5p0HBAlKE6AUlTwNqJtG8/3\n"
     "DK/Ew4X1XVIymSDyaGkdapgBUNUOMxdIiIM6Djez4uz8/HFuwFpBJaaX0ChpvYTYp5PjoLNf4FrM\n"
     "45rU7CIWk/saZtQbnyY/QsjgCknZpj4Z1mqaGCMdTGMNS2b4GIwKjKOu0wRjY7xpkn7TcKLBmOsO\n"
     "tNLHgBa9J8nNzECWU4M2rh5/oVEQaBIrq8qo354CvVvIN0w2P8QHvx83lEClMiO2brx9X4DTXASj\n"
     "V2rb/ogWTLarcp8sh5qTOsHVe0EtMw1VvLvQUw3yo90t0FFsyAA6AqLvFxku5NxWEg3WLVaXfv72\n"
     "GRaflVQXy61Tf5Tkay2gLlcTlmjVLnHgkBdMPL475NDS/x5OkMv+3vmeb/6WXcmSckN+C/theJw5\n"
     "CT1KlytdzE9K+bohb1/17Pe6GSiJ7yuFuKE5StyLQ7+X+EhSuWbRWTQq/RLUtUizM63vruxkQ386\n"
     "l/P1sdrBV7yqVgI9nrV3zvXT028XQ8jzJkxMAYfUZBWOYmbYc1YeCuhChfGK9UVpH1aRqbthZxP5\n"
     "I84DTVTnvAOFlPfoAI3iJoHAo9kDAnqAXV7kjUnswn7LnYs04lti3R1zOItXJ116mcNcHrqmYUvo\n"
     "W9XSitpUWS1sqrCJkwfqua0F03R2K36599xytbpgZB8Jo2AVra+OJv+VtgxVsvj95qTEjsAm6keb\n"
     "qGHcoHc/7z+Nkwwj/H49RQmYeLcBPtSg9e1x9xs8ZTc2Oro0FR4Pl9u0n+Ts/qbvrMjjwPlh8Fyh\n"
     "/PTCxoSoWrW5ct6xewmfWqG5RQUj7Ig8U1Tgvl2JQ2cMYGkBf16A9WlGXjAnETZh5dnRhGvAOqpT\n"
     "W1G"},
    {0x002d, "1fcd20", "nyxRK7+oKdybhqd+h\n"},
    {0x0021,
     "45000034807d400040069eeac0a84d01c0a84d0a1b58c1e2f2c66b1d8eb991f7801101fa240800000101080a08a96"
     "11115145abf",
     ""},
    {0x002f,
     "45000034807e400040009ee9c0a84d01c0a84d0a1b58c1e2f2c66b1e8eb991f8801001fa23f900000101080a08a96"
     "11715145ac7",
     ""},
};

/** The numbers of a restored segment. */
struct segment {
    uint16_t identification;
    uint16_t length;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint8_t flags;
    uint16_t window;
};

static const struct segment client_segments[] = {
    {0x6a76, 60, 0x8eb991f6, 0, 0x02, 0xff00},
    {0x6a77, 52, 0x8eb991f7, 0xf2c64b73, 0x10, 0x01fe},
    {0x6a78, 52, 0x8eb991f7, 0xf2c650b7, 0x10, 0x01f6},
    {0x6a79, 52, 0x8eb991f7, 0xf2c655fb, 0x10, 0x01f0},
    {0x6a7a, 52, 0x8eb991f7, 0xf2c65b3f, 0x10, 0x01e9},
    {0x6a7b, 52, 0x8eb991f7, 0xf2c66083, 0x10, 0x01e1},
    {0x6a7c, 52, 0x8eb991f7, 0xf2c665c7, 0x10, 0x01da},
    {0x6a7d, 52, 0x8eb991f7, 0xf2c66b0b, 0x10, 0x01d2},
    {0x6a7e, 52, 0x8eb991f7, 0xf2c66b1d, 0x10, 0x01d2},
    {0x6a7f, 52, 0x8eb991f7, 0xf2c66b1e, 0x11, 0x01f6},
};

static const struct segment server_segments[] = {
    {0x0000, 60, 0xf2c64b72, 0x8eb991f7, 0x12, 0xfcc0},
    {0x8076, 1400, 0xf2c64b73, 0x8eb991f7, 0x10, 0x01fa},
    {0x8077, 1400, 0xf2c650b7, 0x8eb991f7, 0x10, 0x01fa},
    {0x8078, 1400, 0xf2c655fb, 0x8eb991f7, 0x10, 0x01fa},
    {0x8079, 1400, 0xf2c65b3f, 0x8eb991f7, 0x10, 0x01fa},
    {0x807a, 1400, 0xf2c66083, 0x8eb991f7, 0x18, 0x01fa},
    {0x807b, 1400, 0xf2c665c7, 0x8eb991f7, 0x10, 0x01fa},
    {0x807c, 70, 0xf2c66b0b, 0x8eb991f7, 0x18, 0x01fa},
    {0x807d, 52, 0xf2c66b1d, 0x8eb991f7, 0x11, 0x01fa},
    {0x807e, 52, 0xf2c66b1e, 0x8eb991f8, 0x10, 0x01fa},
};

static void expect_segment(const struct packet *packet, const struct segment *segment)
{
    const uint8_t *ip = packet->data;
    const uint8_t *tcp = ip + 20;
    assert_int_equal(packet->length, segment->length);
    assert_int_equal(wire_load_u16(ip + 2), segment->length);
    assert_int_equal(wire_load_u16(ip + 4), segment->identification);
    assert_int_equal(ip[9], 6);
    assert_int_equal(checksum(ip, 20), 0);
    assert_int_equal(wire_load_u32(tcp + 4), segment->sequence);
    assert_int_equal(wire_load_u32(tcp + 8), segment->acknowledgment);
    assert_int_equal(tcp[13], segment->flags);
    assert_int_equal(wire_load_u16(tcp + 14), segment->window);
    /* The sender's own checksum proves every other bit. */
    uint16_t length = (uint16_t)(segment->length - 20);
    uint64_t sum =
        checksum_pseudo_header(wire_load_u32(ip + 12), wire_load_u32(ip + 16), 6, length);
    assert_int_equal(checksum_finish(checksum_add(sum, tcp, length)), 0);
}

static void replay(const struct frame *frames, const struct segment *segments, size_t count)
{
    const struct vj_config config = {.max_slot_id = 15, .compress_slot_id = true};
    struct packet_pool pool;
    struct vj_compressor compressor;
    struct vj_decompressor decompressor;
    packet_pool_init(&pool);
    assert_int_equal(vj_compressor_init(&compressor, &config), STATUS_OK);
    assert_int_equal(vj_decompressor_init(&decompressor, &config), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        const struct frame *frame = &frames[i];
        uint8_t octets[PACKET_ROOM];
        size_t length = unit_hex(frame->headers, octets, sizeof octets);
        memcpy(octets + length, frame->data, strlen(frame->data));
        length += strlen(frame->data);
        struct packet *packet = packet_from(&pool, octets, length);
        if (frame->protocol != VJ_PROTOCOL_IP)
            assert_null(vj_decompress(&decompressor, frame->protocol, packet));
        expect_segment(packet, &segments[i]);
        assert_int_equal(vj_compress(&compressor, packet), frame->protocol);
        assert_int_equal(packet->length, length);
        assert_memory_equal(packet->data, octets, length);
        packet_free(packet);
    }
    assert_int_equal(pool.in_use, 0);
    vj_compressor_clear(&compressor);
    vj_decompressor_clear(&decompressor);
    packet_pool_destroy(&pool);
}

static void the_sending_end_of_a_transfer_is_restored_and_reproduced(void **state)
{
    (void)state;
    replay(server_frames, server_segments, sizeof server_frames / sizeof server_frames[0]);
}

static void the_acknowledging_end_of_a_transfer_is_restored_and_reproduced(void **state)
{
    (void)state;
    replay(client_frames, client_segments, sizeof client_frames / sizeof client_frames[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sending_end_of_a_transfer_is_restored_and_reproduced),
        cmocka_unit_test(the_acknowledging_end_of_a_transfer_is_restored_and_reproduced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
