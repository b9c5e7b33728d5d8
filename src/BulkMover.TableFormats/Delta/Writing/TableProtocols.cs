using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Schemas;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Protocols of tables that are written (PROTOCOL.md, "Table Features", "Writer Version Requirements").</summary>
internal static class TableProtocols
{
    public const string TimestampNtz = "timestampNtz", DeletionVectors = "deletionVectors";

    private const long FeaturesReaderVersion = 3, FeaturesWriterVersion = 7;

    /// <summary>What each writer version brought before there were lists of features.</summary>
    private static readonly (long Version, string Feature)[] Legacy =
    [
        (2, "appendOnly"), (2, "invariants"), (3, "checkConstraints"), (4, "changeDataFeed"), (4, "generatedColumns"), (5, ColumnMapping.Feature), (6, "identityColumns"),
    ];

    /// <summary>Of a table without any feature that readers must know: every engine reads and writes it.</summary>
    public static TableProtocol Plain { get; } = new() { MinReaderVersion = 1, MinWriterVersion = 2 };

    /// <summary>All features that a writer must know, those that older versions imply by number and those for readers too.</summary>
    public static IReadOnlyList<string> WriterFeaturesOf(TableProtocol protocol) => protocol.MinWriterVersion >= FeaturesWriterVersion
        ? [.. (protocol.WriterFeatures ?? []).Union(protocol.ReaderFeatures ?? [], StringComparer.Ordinal)]
        : [.. Legacy.Where(entry => entry.Version <= protocol.MinWriterVersion).Select(entry => entry.Feature)];

    /// <summary>The protocol with a feature more, which binds readers and writers; the same one when it has it.</summary>
    public static TableProtocol With(TableProtocol protocol, string feature)
    {
        if (protocol.Requires(feature))
            return protocol;
        IEnumerable<string> readers = protocol.MinReaderVersion == 2 ? [ColumnMapping.Feature] : protocol.ReaderFeatures ?? [];
        return new TableProtocol
        {
            MinReaderVersion = FeaturesReaderVersion,
            MinWriterVersion = FeaturesWriterVersion,
            ReaderFeatures = [.. readers, feature],
            // What binds readers too is either in both lists or in none: that a writer's version implies it does not make readers know it.
            WriterFeatures = [.. WriterFeaturesOf(protocol).Where(name => name != ColumnMapping.Feature || readers.Contains(name)).Union([feature], StringComparer.Ordinal)],
        };
    }
}
