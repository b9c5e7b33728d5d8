namespace BulkMover.Datasets.Lineitem;

/// <summary>The words that the text columns are made of. They are this project's own.</summary>
internal static class Vocabulary
{
    public static readonly string[] ShipInstructions =
        ["leave at the gate", "ring the bell twice", "hand over in person", "keep dry", "no instructions"];

    public static readonly string[] ShipModes = ["barge", "bicycle", "cargo plane", "courier", "ferry", "freight train", "lorry"];

    /// <summary>256 words of mixed length with the blank that follows each: one random byte picks one.</summary>
    public static readonly string[] CommentWords =
        [.. """
        a about above across after again against ahead all almost along already also always amber among an and another any apple
        april are around arrived as ask at autumn away back bags barrel basket be beans been before began behind below beside best
        better between big bird blue boat book both bottle box bread bridge bright brother brought brown build but by cable call
        came can candle careful carried cart cedar chair cheap cheese clean clear clock cloth cloud coast coffee cold copper corner
        cotton could counted country cover crate cross customs damp dark day december delayed delivered did dock done door double
        down dozen drawn driver dry during each early east eight eleven empty end enough evening every exact fabric fair far farm
        fast february few field fine first five flour folded for forest four fragile fresh friday from fruit full garden gave gentle
        glass gold good grain grand green grey ground half hand harbour hard has have heavy held here high hill hold honey house
        hundred if in indigo ink inside into iron is island it january jar july june just keep kept kind knife ladder lake lamp large
        last late laundry lead leather left lemon less letter light linen little loaded long loose lost low made mailed many maple
        march market marked may measured metal middle midnight milk mill missing monday moon more morning mostly mountain moved much
        narrow near needle never new next night nine no noon north not november now oak october of off oil
        old olive on once one only
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => word + " ")];
}
