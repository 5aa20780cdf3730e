// Reads a trust list with Nimbus JOSE + JWT, on which the EU's library stands: TrustListKt ROOT.jwk < list
import com.nimbusds.jose.JOSEException
import com.nimbusds.jose.JWSAlgorithm
import com.nimbusds.jose.JWSObject
import com.nimbusds.jose.crypto.ECDSAVerifier
import com.nimbusds.jose.jwk.ECKey
import java.io.File
import java.text.ParseException
import kotlin.system.exitProcess

fun main(arguments: Array<String>) {
    if (arguments.size != 1) {
        System.err.println("usage: TrustListKt ROOT.jwk < list")
        exitProcess(2)
    }
    val verifier = ECDSAVerifier(ECKey.parse(File(arguments[0]).readText()))
    val text = System.`in`.readBytes().toString(Charsets.UTF_8)
    try {
        val list = JWSObject.parse(text)
        if (list.header.algorithm != JWSAlgorithm.ES256) throw JOSEException("another algorithm")
        if (!list.verify(verifier)) throw JOSEException("the signature is not the root's")
        println(list.payload)
    } catch (refused: JOSEException) {
        println("refused: $refused")
        exitProcess(1)
    } catch (refused: ParseException) {
        println("refused: $refused")
        exitProcess(1)
    }
}
