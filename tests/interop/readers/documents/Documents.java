// Ask veraPDF whether a document keeps the standards named: java Documents DOCUMENT.pdf ua1 3a
import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Documents {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    StringBuilder said = new StringBuilder();
    boolean all = true;
    for (int at = 1; at < arguments.length; at++) {
      PDFAFlavour flavour = PDFAFlavour.fromString(arguments[at]);
      try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(arguments[0]), flavour);
          PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, 100, false, false, false)) {
        ValidationResult result = validator.validate(parser);
        said.append(arguments[at]).append(result.isCompliant() ? " kept\n" : " not kept\n");
        for (TestAssertion each : result.getTestAssertions()) {
          said.append(each.getRuleId().getClause()).append('-').append(each.getRuleId().getTestNumber());
          said.append(": ").append(each.getMessage()).append('\n');
        }
        all &= result.isCompliant();
      }
    }
    System.out.print(all ? said : "refused: " + said);
    System.exit(all ? 0 : 1);
  }
}
