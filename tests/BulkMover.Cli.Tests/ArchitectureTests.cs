using System.Reflection;
using BulkMover.Cli.Commands;
using Xunit;

namespace BulkMover.Cli.Tests;

/// <summary>Holds the assembly references to the dependency rule of src/README.md.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["BulkMover.Core"] = [],
        ["BulkMover.ObjectStores"] = ["BulkMover.Core"],
        ["BulkMover.FileFormats"] = ["BulkMover.Core"],
        ["BulkMover.TableFormats"] = ["BulkMover.Core", "BulkMover.FileFormats"],
        ["BulkMover.Databases"] = ["BulkMover.Core"],
        ["BulkMover.Engine"] = ["BulkMover.Core"],
    };

    public static TheoryData<string> Rooms() => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_ReferencesOtherRooms_OnlyAsTheRuleAllows(string room)
    {
        string[] used = [.. References(room).Where(name => name.StartsWith("BulkMover.", StringComparison.Ordinal))];
        Assert.Empty(used.Except(Allowed[room]));
    }

    [Fact]
    public void Core_ReferencesThirdParties_OnlyArrow()
    {
        string[] used = [.. References("BulkMover.Core").Where(IsThirdParty)];
        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.StartsWith("Apache.Arrow", name));
    }

    [Fact]
    public void Dataflow_IsReferenced_OnlyByEngine()
    {
        string[] users = [.. Allowed.Keys.Append("bulkmover")
            .Where(room => References(room).Contains("System.Threading.Tasks.Dataflow", StringComparer.Ordinal))];
        Assert.Equal(["BulkMover.Engine"], users);
    }

    [Fact]
    public void CommandLine_IsTheCompositionRoot_AndKnowsEveryRoom()
    {
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal),
            References("bulkmover").Where(name => name.StartsWith("BulkMover.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> References(string assembly)
    {
        string path = Path.Combine(Path.GetDirectoryName(typeof(CommandLine).Assembly.Location)!, assembly + ".dll");
        return Assembly.LoadFrom(path).GetReferencedAssemblies().Select(reference => reference.Name!);
    }

    private static bool IsThirdParty(string name) =>
        !name.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("BulkMover.", StringComparison.Ordinal)
        && name is not ("netstandard" or "mscorlib");
}
