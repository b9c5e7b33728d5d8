using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Mutations;

/// <summary>Tests that measure what the process allocates; nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
