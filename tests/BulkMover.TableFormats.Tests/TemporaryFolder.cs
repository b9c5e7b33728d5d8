using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;

namespace BulkMover.TableFormats.Tests;

/// <summary>A directory on disk for one test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-");

    public LocalObjectStore Store { get; } = new();

    public Location Location => Location.OnDisk(directory.FullName);

    /// <summary>The full path of a file below, its directories made.</summary>
    public string this[string relative]
    {
        get
        {
            string path = Path.Combine(directory.FullName, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }
    }

    public void Write(string relative, string content) => File.WriteAllText(this[relative], content);

    public void Dispose() => directory.Delete(recursive: true);
}
