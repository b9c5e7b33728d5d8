using System.Globalization;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>A transform with its parameter.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Parameter">Number of buckets, or width; 0 for the others.</param>
/// <param name="Text">As the metadata writes it.</param>
internal sealed record Transform(TransformKind Kind, int Parameter, string Text)
{
    public static Transform Identity { get; } = new(TransformKind.Identity, 0, "identity");

    public static Transform Parse(string text)
    {
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        string name = (bracket < 0 ? text : text[..bracket]).ToLowerInvariant();
        int parameter = bracket >= 0 && text.EndsWith(']')
            && int.TryParse(text[(bracket + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        return new Transform(KindOf(name, parameter), parameter, text);
    }

    private static TransformKind KindOf(string name, int parameter) => name switch
    {
        "identity" => TransformKind.Identity,
        "bucket" when parameter > 0 => TransformKind.Bucket,
        "truncate" when parameter > 0 => TransformKind.Truncate,
        "year" => TransformKind.Year,
        "month" => TransformKind.Month,
        "day" => TransformKind.Day,
        "hour" => TransformKind.Hour,
        "void" => TransformKind.Void,
        _ => TransformKind.Unknown,
    };
}
