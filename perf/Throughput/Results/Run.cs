using System.Text.Json;
using System.Text.Json.Serialization;

namespace BulkMover.Throughput.Results;

/// <summary>One run of a scenario: a line of JSON in <c>data/SCENARIO.jsonl</c>, and a section of <c>SCENARIO.md</c>.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Conditions">When, where and with what.</param>
/// <param name="Notes">What else a reader must know: commands, what was checked. Markdown, a line each.</param>
/// <param name="Compared">Figures by which contestants are compared, the most telling one first.</param>
/// <param name="Series">What was measured.</param>
internal sealed record Run(string Scenario, Conditions Conditions, IReadOnlyList<string> Notes, IReadOnlyList<string> Compared, IReadOnlyList<Series> Series)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToLine() => JsonSerializer.Serialize(this, Json);

    public static Run Parse(string line) => JsonSerializer.Deserialize<Run>(line, Json)!;
}
