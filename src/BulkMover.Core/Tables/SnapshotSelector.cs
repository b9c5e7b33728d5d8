namespace BulkMover.Core.Tables;

/// <summary>What <c>--snapshot</c> names: an id or version, a point in time, or a branch or tag.</summary>
public sealed record SnapshotSelector
{
    private SnapshotSelector(long? id, DateTimeOffset? asOf, string text) => (Id, AsOf, Text) = (id, asOf, text);

    /// <summary>Snapshot id (Iceberg) or version (Delta), when the text is a whole number.</summary>
    public long? Id { get; }

    /// <summary>The instant, when the text is a date or time; one without an offset is UTC.</summary>
    public DateTimeOffset? AsOf { get; }

    /// <summary>As the user typed it; the name of a branch or tag when it is neither number nor time.</summary>
    public string Text { get; }

    public static SnapshotSelector Parse(string text)
    {
        if (long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out long id))
            return new SnapshotSelector(id, null, text);
        if (DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture,
                System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
        {
            return new SnapshotSelector(null, time, text);
        }

        return new SnapshotSelector(null, null, text);
    }

    public override string ToString() => Text;
}
