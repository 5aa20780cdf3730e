// Reads a dc+sd-jwt presentation with the EU's library for wallets and verifiers: CardsKt FOLDER AUDIENCE NONCE < card
import eu.europa.ec.eudi.sdjwt.NimbusSdJwtOps
import eu.europa.ec.eudi.sdjwt.vc.X509CertificateTrust
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import java.io.File
import java.security.GeneralSecurityException
import java.security.cert.CertPathValidator
import java.security.cert.CertificateFactory
import java.security.cert.PKIXParameters
import java.security.cert.TrustAnchor
import java.security.cert.X509Certificate
import kotlin.system.exitProcess

fun main(arguments: Array<String>) {
    if (arguments.size != 3) {
        System.err.println("usage: CardsKt FOLDER AUDIENCE NONCE < card")
        exitProcess(2)
    }
    val (folder, audience, nonce) = arguments
    val card = System.`in`.readBytes().toString(Charsets.UTF_8)
    val asked =
        buildJsonObject {
            put("aud", audience)
            put("nonce", nonce)
        }
    val verifier = NimbusSdJwtOps.SdJwtVcVerifier.usingX5c(underRoot(File(folder, "root.pem")))
    val read =
        runBlocking { verifier.verify(card, asked) }.getOrElse { refused ->
            if (refused is Error) throw refused
            println("refused: $refused")
            exitProcess(1)
        }
    println(with(NimbusSdJwtOps) { read.sdJwt.recreateClaims(visitor = null) })
}

private fun underRoot(file: File): X509CertificateTrust {
    val factory = CertificateFactory.getInstance("X.509")
    val root = file.inputStream().use { factory.generateCertificate(it) as X509Certificate }
    val parameters = PKIXParameters(setOf(TrustAnchor(root, null))).apply { isRevocationEnabled = false }
    return X509CertificateTrust { chain: List<X509Certificate> ->
        try {
            CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters)
            true
        } catch (_: GeneralSecurityException) {
            false
        }
    }
}
