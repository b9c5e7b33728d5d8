using System.Text;
using BulkMover.Cli.Commands;
using BulkMover.Core.Tables;
using Xunit;

namespace BulkMover.Cli.Tests.Commands;

/// <summary>What the program says of each format is said once, and src/FEATURES.md says the same.</summary>
public sealed class FeatureListTests
{
    /// <summary>Set to 1, the document is written and not compared.</summary>
    private const string WriteVariable = "BULKMOVER_WRITE_FEATURES";

    public static TheoryData<string> Formats => [.. InspectCommand.Features.Select(format => format.Format)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Features_OfAFormat_HaveOneLineEachWithAReasonWhereNotRead(string format)
    {
        IReadOnlyList<TableFeature> features = InspectCommand.Features.Single(list => list.Format == format).Features;

        Assert.Equal(features.Count, features.Select(feature => feature.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(features, feature => Assert.Equal(feature.State == FeatureState.Read, feature.Why is null));
        Assert.All(features, feature => Assert.NotEmpty(feature.Specification));
    }

    [Fact]
    public void FeaturesDocument_OfTheSourceTree_IsWhatTheListsSay()
    {
        string path = Path.Combine(Root(), "src", "FEATURES.md");
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            File.WriteAllText(path, Document());

        Assert.True(File.ReadAllText(path) == Document(),
            $"src/FEATURES.md differs from the lists. Write it anew: {WriteVariable}=1 tests/BulkMover.Cli.Tests/bin/Release/net10.0/BulkMover.Cli.Tests -class '*FeatureListTests'");
    }

    private static string Document()
    {
        var text = new StringBuilder("# What is read\n\nWritten by `FeatureListTests` from the lists in the code; `bulkmover inspect --features` prints the same.\n");
        foreach (FeatureList format in InspectCommand.Features)
        {
            text.Append($"\n## {format.Format}\n\n| feature | state | specification | why |\n|---|---|---|---|\n");
            foreach (TableFeature feature in format.Features)
                text.Append($"| {feature.Name} | {feature.State.ToString().ToLowerInvariant()} | {feature.Specification} | {feature.Why} |\n");
        }

        return text.ToString();
    }

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BulkMover.sln")))
            root = root.Parent;
        return root?.FullName ?? throw new DirectoryNotFoundException("The tests do not lie in the source tree.");
    }
}
