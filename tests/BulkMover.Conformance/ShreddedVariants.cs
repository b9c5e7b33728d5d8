using System.Text.Json;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>The cases of Iceberg's reader, which parquet-testing keeps as files, with the variants as that reader shows them.</summary>
public sealed class ShreddedVariants
{
    private const string Collection = "pt-shredded_variant";

    private static readonly JsonElement[] Cases = [.. ReadCases().EnumerateArray().Where(one => one.TryGetProperty("parquet_file", out _))];

    public static TheoryData<string> Files => new(Cases.Select(FileOf));

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Read_Case_HoldsItsVariantsOrIsAnError(string file)
    {
        JsonElement one = Cases.Single(one => FileOf(one) == file);
        CorpusEntry collection = CorpusIndex.Instance[Collection];
        CorpusEntry entry = collection with { Path = Path.Combine(collection.Path, file), Expected = null };
        // "Implementations can choose to error, or read the shredded value": it is an error, as the columns contradict each other.
        if (one.TryGetProperty("error_message", out _) || file.Contains("INVALID", StringComparison.Ordinal))
        {
            await Assert.ThrowsAsync<CorruptTableException>(() => ForeignTable.ReadAsync(entry, TestContext.Current.CancellationToken));
            return;
        }

        (CanonRows rows, _) = await ForeignTable.ReadAsync(entry, TestContext.Current.CancellationToken);

        // Files of one row count from 1, those of several from 0.
        string[] expected = one.TryGetProperty("variants", out JsonElement several)
            ? [.. IcebergVariant.ListToJson(several.GetString()!).Select(Line)]
            : [Line(IcebergVariant.ToJson(one.GetProperty("variant").GetString()!), id: 1)];
        Assert.Equal(expected, rows.Lines());
    }

    private static string Line(string variant, int id) => $"{{\"id\":{id},\"var\":{variant}}}";

    private static string FileOf(JsonElement one) => one.GetProperty("parquet_file").GetString()!;

    private static JsonElement ReadCases()
    {
        string folder = Path.Combine(CorpusIndex.Instance.Directory, CorpusIndex.Instance[Collection].Path);
        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json"))).RootElement;
    }
}
