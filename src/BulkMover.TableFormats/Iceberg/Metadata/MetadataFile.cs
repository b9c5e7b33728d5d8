using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>The metadata document that was chosen, and the directory that it makes a table.</summary>
/// <param name="Location">The document.</param>
/// <param name="TableRoot">The table's directory: one above <c>metadata</c>.</param>
/// <param name="Notes">What the user should know about the choice.</param>
internal sealed record MetadataFile(Location Location, Location TableRoot, IReadOnlyList<string> Notes)
{
    public const string DirectoryName = "metadata";

    /// <summary>A document that the user named.</summary>
    public static MetadataFile At(Location file) => new(file, file.Parent.Name == DirectoryName ? file.Parent.Parent : file.Parent, []);
}
